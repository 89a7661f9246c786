/**
 * A piece of memory, seen both as bytes and as a DataView. The view is made once with the memory: making one for every
 * frame would cost more than reading the frame.
 */
export class Octets {
  readonly bytes: Buffer
  readonly view: DataView
  readonly size: number

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.size = bytes.byteLength
  }

  static allocate(size: number): Octets {
    // Not from Buffer's shared slab: this memory is kept long, and would pin a slab that others filled.
    return new Octets(Buffer.allocUnsafeSlow(size))
  }
}
