// What travels: 28 bytes a record. Key: the entity. Value: id, entity, version, amount.

export const keyOf = (entity) => `entity-${entity}`;

export function encode({ id, entity, version, amount }) {
  const value = Buffer.allocUnsafe(28);
  value.writeBigInt64LE(BigInt(id), 0);
  value.writeInt32LE(entity, 8);
  value.writeBigInt64LE(BigInt(version), 12);
  value.writeBigInt64LE(BigInt(amount), 20);
  return value;
}

// Numbers, not BigInts: ids and amounts of this example stay below 2^53.
export function decode(value) {
  return {
    id: Number(value.readBigInt64LE(0)),
    entity: value.readInt32LE(8),
    version: Number(value.readBigInt64LE(12)),
    amount: Number(value.readBigInt64LE(20)),
  };
}
