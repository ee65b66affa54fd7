package dev.virtio4j.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.BaseImage;
import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.Overlay;
import dev.virtio4j.block.OverlayFile;
import dev.virtio4j.block.RawFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The kinds of images that can be written. */
enum ImageFormat {
  RAW {
    @Override
    void create(Path image) throws IOException {
      createRaw(image);
    }

    @Override
    BlockBackend open(Path image) throws IOException {
      return RawFile.open(image, false);
    }

    @Override
    void check(Path image) {
      // It holds the bytes of the disk and nothing else.
    }
  },
  OVERLAY {
    @Override
    void create(Path image) throws IOException {
      createRaw(base(image));
      try (BaseImage base = new BaseImage(base(image), RAW.open(base(image)))) {
        OverlayFile.create(image, base.disk().size(), Optional.of(base));
      }
    }

    @Override
    BlockBackend open(Path image) throws IOException {
      BaseImage base = new BaseImage(base(image), RawFile.open(base(image), true));
      return Overlay.open(image, false, Optional.of(base));
    }

    @Override
    void check(Path image) throws IOException {
      assertThat(OverlayFile.check(image).problems()).isEmpty();
    }

    private static Path base(Path image) {
      return image.resolveSibling("base");
    }
  };

  /** Makes an image with sectors of version FIRST. */
  abstract void create(Path image) throws IOException;

  /** Opens it to be written. */
  abstract BlockBackend open(Path image) throws IOException;

  /** Checks what the file has beside the bytes of the disk. */
  abstract void check(Path image) throws IOException;

  private static void createRaw(Path image) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(WritePlan.SECTORS * BlockBackend.SECTOR_SIZE);
    for (int sector = 0; sector < WritePlan.SECTORS; sector++) {
      VersionedSector.put(content, sector, VersionedSector.FIRST);
    }
    Files.write(image, content.array());
  }
}
