package dev.virtio4j.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever is in a CDB and its buffers, a unit ends the command as the standards have it. */
class CdbFuzzTest {
  @FuzzTest(maxDuration = "")
  void anyCdb(byte[] input) {
    new CdbScript(input).run();
  }
}
