package dev.virtio4j.crash;

import dev.virtio4j.block.BaseImage;
import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.Overlay;
import dev.virtio4j.block.OverlayFile;
import dev.virtio4j.block.RawFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

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
  },
  OVERLAY {
    @Override
    void create(Path image) throws IOException {
      RAW.create(base(image));
      try (BaseImage base = new BaseImage(base(image), RAW.open(base(image)))) {
        OverlayFile.create(image, base.disk().size(), Optional.of(base));
      }
    }

    @Override
    BlockBackend open(Path image) throws IOException {
      BaseImage base = new BaseImage(base(image), RawFile.open(base(image), true));
      return Overlay.open(image, false, Optional.of(base));
    }

    private static Path base(Path image) {
      return image.resolveSibling("base");
    }
  };

  /** Makes an image of zeroes. */
  abstract void create(Path image) throws IOException;

  /** Opens it to be written. */
  abstract BlockBackend open(Path image) throws IOException;
}
