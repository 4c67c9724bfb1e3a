"""Many devices at once: judged as arrays, or once for each class of devices that come out alike.

In: rules and needs, and the signals of devices. Out: outcomes and chances, or the classes.

    vectorized_verdicts  what rules say of many devices, as columns of arrays (numpy)
    alike_devices        rows of devices that come out alike, as one (numpy)
    signal_columns       one of those columns, made of a signal's values (numpy)
    device_classes       how much of a column matters, so that visits become few classes
    class_keys           a class as one text, in Python and in SQL, to join a table of classes by

Imports `gate.rules` and `gate.scenario`.
"""
