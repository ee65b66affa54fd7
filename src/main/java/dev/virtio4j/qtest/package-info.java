/**
 * The machine without a CPU, driven by QEMU's qtest text protocol: a program that was written to
 * test a device of QEMU's pc machine can test ours, and one script can compare the two.
 *
 * <pre>
 *   test program --- lines ----&gt; QtestServer ---&gt; QtestSession ---&gt; CpulessPc: ports, memory, time
 *                &lt;-- replies ---             &lt;---              &lt;--- IRQs
 * </pre>
 *
 * <p>A request is a line of words with one space between them. The answer is one line: {@code OK}
 * with the result, or {@code FAIL} or {@code ERR} with the reason. Before it there may be lines
 * {@code IRQ raise N} and {@code IRQ lower N}. {@link dev.virtio4j.qtest.QtestSession} lists the
 * requests. The answers are those of QEMU 7.2, but where that aborts on a wrong line, or takes
 * something else for what is written, ours is FAIL.
 *
 * <p>May import {@code host} and {@code pc}. Nothing here prints: streams come from the caller.
 */
package dev.virtio4j.qtest;
