package dev.virtio4j.cli;

import dev.virtio4j.drive.DriveKey;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code drive-keys}: the table of {@link DriveKey}. */
@Command(
    name = "drive-keys",
    mixinStandardHelpOptions = true,
    description = "Lists the keys of --drive.")
final class DriveKeysCommand implements Runnable {
  private static final int WIDTH = 80;
  private static final int KEY_WIDTH = 28;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    TextTable table =
        TextTable.forColumns(
            Help.defaultColorScheme(Ansi.OFF),
            new Column(KEY_WIDTH, 0, Overflow.SPAN),
            new Column(WIDTH - KEY_WIDTH, 1, Overflow.WRAP));
    for (DriveKey key : DriveKey.values()) {
      String byDefault = key.byDefault().isEmpty() ? "" : " (" + key.byDefault() + ")";
      table.addRowValues(key.id() + "=" + key.syntax(), key.help() + byDefault);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(table);
    out.flush();
  }
}
