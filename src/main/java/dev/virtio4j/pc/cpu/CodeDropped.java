package dev.virtio4j.pc.cpu;

/**
 * Leaves translated code from within an access to memory, because the access changed the
 * instructions that run: the interpreter does the access once more, which comes to the same, and
 * the rest of its instruction. One object serves a whole CPU: it carries no stack trace.
 */
final class CodeDropped extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CodeDropped() {
    super(null, null, false, false);
  }
}
