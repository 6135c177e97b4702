"""One user at a time."""

import threading
import time

import pytest

from idetex_plugin.assessing.lock import StreamLock


def test_other_threads_wait() -> None:
    turn, order = StreamLock(), []

    def second() -> None:
        with turn:
            order.append("second")

    with turn:
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.02)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_the_same_thread_is_refused_but_may_go_ahead_knowingly() -> None:
    turn = StreamLock()
    with turn:
        with pytest.raises(RuntimeError, match="already running in this thread"), turn:
            pass
        with turn.or_mine():
            pass
    with turn.or_mine():
        pass
