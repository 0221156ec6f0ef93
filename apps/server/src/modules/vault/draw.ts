import { randomBytes } from 'node:crypto'

const BYTES_AT_ONCE = 64 * 1024

/**
 * Numbers of the machine's secure chance, from 0 to below `count`, each as likely as any other: bytes of the last, incomplete
 * round of `count` are thrown away. For counts up to 256.
 */
export function secureDraw(): (count: number) => number {
  let bytes = Buffer.alloc(0)
  let at = 0
  return (count) => {
    const complete = 256 - (256 % count)
    for (;;) {
      if (at === bytes.length) {
        bytes = randomBytes(BYTES_AT_ONCE)
        at = 0
      }
      const byte = bytes.readUInt8(at)
      at += 1
      if (byte < complete) return byte % count
    }
  }
}
