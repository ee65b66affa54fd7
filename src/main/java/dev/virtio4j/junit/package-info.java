/**
 * Guests in people's own tests, with JUnit 5.
 *
 * <pre>
 *   Guest              the annotation: what is to boot, for each test
 *     GuestExtension   boots it, ends it, and adds its serial log to a failure
 *   GuestConsole       what a test does with it
 *     GuestDrive       a drive of it
 *     SteppedGuest     the guest, which runs only while somebody waits for it
 * </pre>
 *
 * <p>A test is the same each time: the guest stands still between two calls of the console, and all
 * times are its own. May import {@code machine}, {@code drive} and what these are made of; nobody
 * imports this. The jar with the classifier {@code junit} has this and what it needs.
 */
package dev.virtio4j.junit;
