package dev.virtio4j.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Boots a guest for a test, or for each test of a class, that takes a {@link GuestConsole} as
 * parameter, and ends it after the test. Where a {@code @BeforeAll} method takes one, it is one for
 * all tests of the class. If the test fails, the end of the serial log is added to the failure.
 *
 * <p>Images are never changed: what the guest writes is gone with it. Relative paths are relative
 * to the working directory.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@ExtendWith(GuestExtension.class)
public @interface Guest {

  /**
   * What to boot: a kernel, unless {@link #firmware} or {@link #restore} is given.
   *
   * @return the file of a bzImage for 32-bit x86
   */
  String kernel() default "";

  /**
   * The kernel's initial RAM disk.
   *
   * @return the file; empty for none
   */
  String initrd() default "";

  /**
   * The kernel's command line.
   *
   * @return words with blanks between them
   */
  String append() default "";

  /**
   * A BIOS that boots from the drives, in place of a kernel.
   *
   * @return the file
   */
  String firmware() default "";

  /**
   * A saved machine to go on with, in place of booting; {@link #memory} and {@link #drives} are as
   * they were when it was saved.
   *
   * @return the file
   */
  String restore() default "";

  /**
   * The emulator: {@code reference}, or {@code jpc}, for which the configuration parameter of JUnit
   * or system property {@code virtio4j.jpc} names the jar.
   *
   * @return empty for what the parameter {@code virtio4j.host} says; without that the reference PC
   */
  String host() default "";

  /**
   * The size of RAM.
   *
   * @return as for {@code --memory}, such as 64M
   */
  String memory() default "128M";

  /**
   * The drives.
   *
   * @return each as for {@code --drive}, such as {@code file=disk.img,if=scsi}
   */
  String[] drives() default {};
}
