/**
 * Benchmarks of the way from a driver's notification to the interrupt, each beside its floor: the
 * work that can't be left out. They run on the reference PC without its CPU, so every access goes
 * through the port space, the PCI bus and RAM that a guest would use.
 *
 * <p>{@link dev.virtio4j.bench.BenchMain} runs them and prints a table. A benchmark is a class with
 * a method {@code device} and a method {@code floor}; its parameters name the row. Where a
 * parameter is called {@code count}, one call does so many things, and the table has the time for
 * each.
 */
package dev.virtio4j.bench;
