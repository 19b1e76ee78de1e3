// The calls of serialport 4 and 9 on a pty, which needs no settings: so the foreign hosts run
// without native code. It is written for the tests, and is no part of the product.
"use strict";

const fs = require("fs");
const tty = require("tty");
const { Duplex } = require("stream");

class SerialPort extends Duplex {
  constructor(path, options = {}) {
    super();
    this.path = path;
    this.isOpen = false;
    if (options.autoOpen) {
      setImmediate(() => this.open(() => {}));
    }
  }

  open(done) {
    this.descriptor = fs.openSync(this.path, fs.constants.O_RDWR | fs.constants.O_NOCTTY);
    this.reader = new tty.ReadStream(this.descriptor);
    this.reader.setRawMode(true);
    this.reader.on("data", (data) => this.push(data));
    this.isOpen = true;
    this.emit("open");
    done(null);
  }

  close(done) {
    this.isOpen = false;
    this.reader.destroy();
    done(null);
  }

  drain(done) {
    setImmediate(done); // every write below ends with the bytes in the pty
  }

  _read() {}

  _write(data, encoding, done) {
    fs.write(this.descriptor, data, 0, data.length, null, (error) => done(error));
  }
}

module.exports = SerialPort;
