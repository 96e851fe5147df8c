"""The machine layer: what the firmware needs of a chip, in simulated time, around one ``World``.

    world      time, the script of what happens, resets        registers  the registers that hal/ names
    gpio       pins, button, motor, LED                        flash      files, each commit takes its time
    adc        converter, DMA ring                             usb        the serial port
    i2c        the bus with the IMU and what drives the motor, of buzzband.twin
    modules    ``machine``, ``rp2``, ``time``, ``os`` …, as the firmware imports them

All of it but ``unix`` runs on CPython and on MicroPython; ``unix`` is what MicroPython's Unix port is started with.
"""
