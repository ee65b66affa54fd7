package dev.virtio4j.scsi;

/** The logical units of a target, in the order of their numbers, for REPORT LUNS. */
interface LunInventory {
  /** A target with LUN 0 and no others. */
  LunInventory LUN_0_ONLY =
      new LunInventory() {
        @Override
        public int count() {
          return 1;
        }

        @Override
        public int lun(int index) {
          return 0;
        }
      };

  /** How many units there are. */
  int count();

  /** The number of one, 0 to 16383. */
  int lun(int index);
}
