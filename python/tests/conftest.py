"""What all tests rest on."""

import signal
import threading

if threading.current_thread() is threading.main_thread():
    # Shells have commands that run beside others ignore Ctrl-C, and processes that tests begin would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
