package dev.virtio4j.pc;

import org.junit.jupiter.api.DisplayName;

/** The same programs with each block translated before it runs for the first time. */
@DisplayName("Translated")
class TranslatedPcTest extends ReferencePcTest {
  @Override
  int hotAfter() {
    return CpuImage.TRANSLATE_ALL;
  }

  @Override
  ReferencePcTest another() {
    return new TranslatedPcTest();
  }
}
