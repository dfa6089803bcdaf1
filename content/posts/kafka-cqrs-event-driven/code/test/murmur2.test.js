import assert from "node:assert/strict";
import { test } from "node:test";
import kafkajs from "kafkajs";
import { murmur2, partitionOf } from "../core/murmur2.js";
import { seeded } from "../core/random.js";

// UtilsTest.testMurmur2 in Kafka's own suite.
const VECTORS = {
  "21": -973932308,
  "foobar": -790332482,
  "a-little-bit-long-string": -985981536,
  "a-little-bit-longer-string": -1486304829,
  "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
  "abc": 479470107,
};

test("murmur2 agrees with the vectors of Kafka's own suite", () => {
  for (const [text, hash] of Object.entries(VECTORS)) {
    assert.equal(murmur2(Buffer.from(text)), hash, text);
  }
});

test("keys of every length land where kafkajs puts them", () => {
  const random = seeded(11);
  const partition = kafkajs.Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({ partitionId, leader: 0 }));
  for (let length = 1; length <= 200; length++) {
    const key = Array.from({ length }, () => String.fromCharCode(33 + random() * 600)).join("");
    assert.equal(partitionOf(key, 12), partition({ topic: "t", partitionMetadata, message: { key } }), key);
  }
});
