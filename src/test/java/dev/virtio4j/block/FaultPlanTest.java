package dev.virtio4j.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("a fault plan")
class FaultPlanTest {
  private static final String SYNTAX =
      "is not read|write|zero|flush|any:ERROR|short[=BYTES]|slow=TIME|lost"
          + "[:sector=N[-M]][:after=N][:count=N]";

  @ParameterizedTest(name = "{0}")
  @DisplayName("is text that is kept as it is")
  @ValueSource(
      strings = {
        "read:EIO",
        "read:EIO:sector=8",
        "any:ENOSPC:sector=8-15:after=0:count=1",
        "write:short",
        "zero:short=0",
        "any:slow=999999999s",
        "flush:lost:after=2",
        "read:EIO+write:EROFS+flush:ETIMEDOUT",
      })
  void text(String text) {
    assertThat(FaultPlan.parse(text)).hasToString(text);
    assertThat(FaultPlan.parse(text).losesFlushes()).isEqualTo(text.contains("lost"));
  }

  @ParameterizedTest(name = "'{0}'")
  @DisplayName("is refused in one line that names the fault")
  @CsvSource(
      delimiter = '!',
      value = {
        "''                       ! fault '' SYNTAX",
        "read                     ! fault 'read' SYNTAX",
        "read:EIO+                ! fault '' SYNTAX",
        "trim:EIO                 ! fault 'trim:EIO' SYNTAX",
        "read:eio                 ! fault 'read:eio' SYNTAX",
        "read:EIO:count=1:after=1 ! fault 'read:EIO:count=1:after=1' SYNTAX",
        "read:EIO:sector=-1       ! fault 'read:EIO:sector=-1' SYNTAX",
        "read:slow=5m             ! fault 'read:slow=5m' SYNTAX",
        "read:short=9999999999    ! fault 'read:short=9999999999' SYNTAX",
        "write:EIO+read:EPERM     ! fault 'read:EPERM' names none of the errors EIO, ENXIO, ENOMEM, EFBIG, ENOSPC, EROFS, ETIMEDOUT, EDQUOT, EBUSY, ENOLINK, EREMOTEIO, EBADE",
        "read:EIO=1               ! fault 'read:EIO=1' is an error, which has no amount",
        "read:short=1s            ! fault 'read:short=1s' has a time, not bytes",
        "flush:short              ! fault 'flush:short' is a flush, which moves no bytes",
        "read:slow                ! fault 'read:slow' has no time; write slow=10ms, with ns, us, ms or s",
        "read:slow=5              ! fault 'read:slow=5' has no time; write slow=10ms, with ns, us, ms or s",
        "read:lost                ! fault 'read:lost' is not flush:lost; only a flush gets lost",
        "any:lost                 ! fault 'any:lost' is not flush:lost; only a flush gets lost",
        "flush:EIO:sector=1       ! fault 'flush:EIO:sector=1' has a sector, which no flush has",
        "read:EIO:sector=5-4      ! fault 'read:EIO:sector=5-4' has its sectors in the wrong order",
      })
  void refused(String text, String message) {
    assertThatThrownBy(() -> FaultPlan.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message.replace("SYNTAX", SYNTAX));
  }
}
