package dev.virtio4j.crash;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.RawFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kinds of images that can be written. */
enum ImageFormat {
  RAW {
    @Override
    void create(Path image) throws IOException {
      Files.write(image, new byte[WritePlan.SECTORS * BlockBackend.SECTOR_SIZE]);
    }

    @Override
    BlockBackend open(Path image) throws IOException {
      return RawFile.open(image, false);
    }
  };

  /** Makes an image of zeroes. */
  abstract void create(Path image) throws IOException;

  /** Opens it to be written. */
  abstract BlockBackend open(Path image) throws IOException;
}
