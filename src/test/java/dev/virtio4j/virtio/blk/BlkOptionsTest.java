package dev.virtio4j.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.OnError;
import dev.virtio4j.virtio.blk.BlkOptions.CacheMode;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The text of a block device's options")
class BlkOptionsTest {

  @Test
  @DisplayName("has every key that a guest can tell, in alphabetical order")
  void defaults() {
    assertThat(BlkOptions.DEFAULTS)
        .hasToString(
            "bps=0,bps_rd=0,bps_wr=0,cache=writeback,cyls=0,discard=unmap,heads=0,iops=0,"
                + "iops_rd=0,iops_wr=0,latency=0ns,logical_block_size=512,min_io_size=0,"
                + "num-queues=1,opt_io_size=0,physical_block_size=512,queue-size=256,secs=0,"
                + "serial=,spec=default");
  }

  @Test
  @DisplayName("keeps a comma in the serial number apart from those between keys")
  void comma() {
    assertThat(BlkOptions.builder().serial("a,spec=b").build().toString())
        .contains(",serial=a,,spec=b,spec=default");
  }

  @Test
  @DisplayName("is the same where a guest can't tell two drives apart")
  void same() {
    assertThat(
            BlkOptions.builder()
                .cache(CacheMode.UNSAFE)
                .onError(OnError.STOP, OnError.IGNORE)
                .physicalBlockSize(512)
                .build())
        .hasToString(BlkOptions.DEFAULTS.toString());
  }
}
