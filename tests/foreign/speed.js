// How many frames a second the foreign hosts encode and decode: for `make bench`, beside ours. The
// host and the number of rounds are arguments, the frames to decode are lines of hex on standard input.
"use strict";

const fs = require("fs");

const [, , name, rounds] = process.argv;
const frames = fs.readFileSync(0, "utf8").trim().split("\n").map((line) => Buffer.from(line, "hex"));
const WARM_UP = 2000; // rounds: the compiler has done its work by then

function perSecond(count, work) {
  for (let round = 0; round < WARM_UP; round += 1) {
    work();
  }
  const began = process.cpuUsage(); // its own time: others use the machine, too
  for (let round = 0; round < rounds; round += 1) {
    work();
  }
  const spent = process.cpuUsage(began);
  return (count * rounds * 1e6) / (spent.user + spent.system);
}

// `check` is the host's own, of what its parser hands on; a parser that checks by itself has none.
function decoding(parser, check = () => true) {
  let heard = 0;
  parser.push = (packet) => {
    heard += check(packet) ? 1 : 0;
    return true;
  };
  const work = () => frames.forEach((frame) => parser._transform(frame, "buffer", () => {}));
  work();
  if (heard !== frames.length) {
    throw new Error(`${name}: expected ${frames.length} frames, decoded ${heard}`);
  }
  return perSecond(frames.length, work);
}

const HOSTS = {
  ssp() {
    const SSP = require("encrypted-smiley-secure-protocol");
    const Parser = require("encrypted-smiley-secure-protocol/src/parser");
    const host = new SSP({ id: 0 });
    const encode = () => {
      host.getPacket("POLL", []);
      host.getPacket("SET_CHANNEL_INHIBITS", [0x3f, 0x00]);
    };
    return { encode: perSecond(2, encode), decode: decoding(new Parser({ id: 0 })) };
  },
  ccnet() {
    const { CCNet } = require("cashcode-bv");
    const Parser = require("cashcode-bv/Source/CCNet/CCNetParser");
    const host = new CCNet.BillValidator("nowhere");
    const encode = () => {
      host.commands.Poll.request();
      host.commands.EnableBillTypes.request([0xff, 0xff, 0xff, 0, 0, 0]);
    };
    const check = (packet) => host.getCRC16(packet.slice(0, -2)).equals(packet.slice(-2));
    return { encode: perSecond(2, encode), decode: decoding(new Parser(), check) };
  },
};

console.log(JSON.stringify(HOSTS[name]()));
