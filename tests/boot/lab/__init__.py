"""A boot lab: real firmware in QEMU and real servers, each test in a network of its own."""
