"""Two that take turns: a program in a thread, and its owner, who waits while it runs. Never both at once."""

from collections.abc import Callable
from threading import Semaphore, Thread

_LOOK_S = 0.05


class Turns:
    """A thread that stands still except within ``resume``. ``over``: whether the program has ended."""

    def __init__(self, program: Callable[[], None], hurry: Callable[[], None]) -> None:
        """``hurry``: asks the program to call ``pause`` soon. The program must not raise."""
        self.over = False
        self._program = program
        self._hurry = hurry
        self._go, self._back = Semaphore(0), Semaphore(0)
        self._thread = Thread(target=self._run, name="band", daemon=True)
        self._thread.start()

    def resume(self) -> None:
        """Let the program run until it calls ``pause`` or ends."""
        if self.over:
            return
        self._go.release()
        try:
            self._back.acquire()
        except BaseException:  # Ctrl-C: the program is not to go on while its owner does
            while not self._back.acquire(timeout=_LOOK_S):
                self._hurry()
            raise
        finally:
            if self.over:
                self._thread.join()

    def pause(self) -> None:
        """Let the owner go on; called by the program."""
        self._back.release()
        self._go.acquire()

    def _run(self) -> None:
        self._go.acquire()
        try:
            self._program()
        finally:
            self.over = True
            self._back.release()
