package dev.virtio4j.virtio;

/** The rules that a descriptor chain can break (0.9.5, section 2.3 and 2.4.1). */
enum ChainFault {
  // spotless:off
  NEXT_OUT_OF_RANGE    ("its next field is not below the length of the table"),
  LOOP                 ("it has more descriptors than its table: a loop"),
  TOO_LONG             ("it has more than " + DescriptorChain.MAX_DESCRIPTORS + " descriptors"),
  READABLE_AFTER_WRITABLE("a device-readable descriptor follows a device-writable one"),
  NESTED_INDIRECT      ("an indirect table holds an indirect descriptor"),
  INDIRECT_LENGTH      ("the length of an indirect table is not a positive multiple of 16"),
  TABLE_NOT_RAM        ("a table of its descriptors is not in RAM");
  // spotless:on

  final String text;

  ChainFault(String text) {
    this.text = text;
  }
}
