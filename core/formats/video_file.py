"""Videos: frames taken evenly from one, decoded by OpenCV, which mlx-vlm brings.

The file is read through Python, so that nothing in it can name another file or an address.
"""

from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageFile

from ..errors import ImageError

if TYPE_CHECKING:
    from cv2 import VideoCapture

MOST_FRAMES: Final = 16
"""Frames that are taken of a video; of one with fewer, all."""

_THREADS: Final = 1
"""Others would each keep frames in memory for a picture that is shown once."""


class VideoFile(ImageFile.ImageFile):
    """A video as Pillow shows files of several frames: those in the middle of equal stretches."""

    format = "VIDEO"
    format_description = "Video"

    _capture: "VideoCapture"
    _frame: int

    def _open(self) -> None:
        """Reads size and length.

        Raises:
            ImageError: it can't be decoded here.
        """
        name = str(self.filename)
        self._capture = _open_capture(self.fp, name)
        cv2 = _load_cv2(name)
        self._length = max(int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)), 1)
        self._rate = self._capture.get(cv2.CAP_PROP_FPS)
        width = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        height = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        self.n_frames = min(self._length, MOST_FRAMES)
        self._frame = 0
        self._mode, self._size = "RGB", (width, height)

    @property
    def note(self) -> str:
        """When the frame is shown; empty if the video does not say how fast it is."""
        if self._rate <= 0:
            return ""
        minutes, seconds = divmod(int(self._place() / self._rate), 60)
        return f"at {minutes}:{seconds:02}"

    def seek(self, frame: int) -> None:
        """Goes to one of the frames that are taken, counted from 0."""
        self._frame = frame

    def tell(self) -> int:
        """Returns which of the frames is shown."""
        return self._frame

    def load(self) -> Any:
        """Decodes the frame.

        Raises:
            EOFError: it is missing or damaged.
        """
        if self._im is None:
            cv2 = _load_cv2(str(self.filename))
            if place := self._place():
                self._capture.set(cv2.CAP_PROP_POS_FRAMES, place)
            is_read, pixels = self._capture.read()
            self._capture.release()
            if not is_read:
                raise EOFError
            height, width = pixels.shape[:2]
            frame = Image.frombuffer("RGB", (width, height), pixels, "raw", "BGR", 0, 1)
            self.im, self._size = frame.im, frame.size
        return super().load()

    def _place(self) -> int:
        """Returns which of all frames it is: the one in the middle of its stretch."""
        return (2 * self._frame + 1) * self._length // (2 * self.n_frames)


def _open_capture(file: Any, name: str) -> "VideoCapture":
    cv2 = _load_cv2(name)
    capture: VideoCapture = cv2.VideoCapture(
        file, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, _THREADS]
    )
    if not capture.isOpened():
        raise ImageError(
            f"{name} is a video or a sound file of a kind that can't be read here; save one frame "
            "of it as JPEG or PNG and attach that."
        )
    return capture


def _load_cv2(name: str) -> Any:
    """Returns the module, which takes half a second and 40 MB that no other kind of file needs."""
    try:
        import cv2
    except ImportError as error:
        raise ImageError(
            f"{name} is a video, and OpenCV, which reads these, can't be loaded ({error}); save "
            "one frame of it as JPEG or PNG and attach that."
        ) from error
    return cv2
