"""Opening a picture's header: the one place that turns request bytes into a Pillow image."""

from __future__ import annotations

import io
import struct

from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

# What a hostile or broken picture makes Pillow raise; warnings too, where they are set to be errors.
BROKEN = (OSError, SyntaxError, ValueError, ArithmeticError, LookupError, TypeError, struct.error, Warning)


def open_raster(content: bytes) -> ImageFile | None:
    """The image with its header read and no pixel decoded; None when it is neither JPEG nor PNG.

    The reader classes are called directly: `Image.open` would also judge the size, by a warning or an error.
    """
    reader = PngImageFile if content.startswith(b"\x89PNG") else JpegImageFile
    try:
        return reader(io.BytesIO(content))
    except BROKEN:
        return None
