#if !hasFeature(Embedded)
  internal import COctetSchema

  /// Walks a tree of objects through the builder, children before parents.
  ///
  /// A failure stays in the builder, so no step here looks for one.
  struct FlatWriter {
    let builder: OpaquePointer

    /// A field ready for its table: a scalar, or the offset of what was written before.
    private enum Entry {
      case scalar(bits: UInt64, size: Int)
      case offset(UInt32)

      var size: Int {
        switch self {
        case .scalar(_, let size): size
        case .offset: 4
        }
      }
    }

    func write(_ object: FlatObject) -> UInt32 {
      var entries: [(slot: UInt16, entry: Entry)] = []
      entries.reserveCapacity(object.fields.count)
      for field in object.fields {
        // A slot out of range becomes one that the builder refuses.
        entries.append((UInt16(exactly: field.slot) ?? .max, entry(for: field.value)))
      }
      // Wide fields first, so that none needs padding between two others.
      entries.sort { ($0.entry.size, $1.slot) > ($1.entry.size, $0.slot) }
      octet_flat_start_table(builder)
      for (slot, entry) in entries {
        switch entry {
        case .scalar(let bits, let size): octet_flat_add_scalar(builder, slot, bits, max(size, 0))
        case .offset(let offset): octet_flat_add_offset(builder, slot, offset)
        }
      }
      return octet_flat_end_table(builder)
    }

    private func entry(for value: FlatValue) -> Entry {
      switch value {
      case .scalar(let bits, let size): .scalar(bits: bits, size: size)
      case .string(let text): .offset(write(text))
      case .strings(let texts): .offset(write(offsets: texts.map { write($0) }))
      case .table(let object): .offset(write(object))
      case .tables(let objects): .offset(write(offsets: objects.map { write($0) }))
      case .vector(let bytes, let elementSize, let alignment):
        .offset(write(bytes, elementSize: elementSize, alignment: alignment))
      }
    }

    private func write(_ text: String) -> UInt32 {
      var text = text
      return text.withUTF8 { utf8 in
        utf8.withMemoryRebound(to: CChar.self) {
          octet_flat_string(builder, $0.baseAddress, $0.count)
        }
      }
    }

    private func write(offsets: [UInt32]) -> UInt32 {
      octet_flat_offsets(builder, offsets, offsets.count)
    }

    private func write(_ bytes: FlatBytes, elementSize: Int, alignment: Int) -> UInt32 {
      bytes.withUnsafeBytes {
        // Sizes that make no sense become ones that the builder refuses.
        let sound = elementSize > 0 && $0.count % elementSize == 0
        let size = sound ? elementSize : 0
        let count = sound ? $0.count / elementSize : 0
        return octet_flat_vector(builder, $0.baseAddress, count, size, max(alignment, 0))
      }
    }
  }

  extension FlatObject {
    /// The bytes of the strings and vectors, which a file holds at the least, and a generous guess
    /// at what the tables around them take. Both saturate at `Int.max`.
    var expectedSize: (payload: Int, tables: Int) {
      var total = (payload: 0, tables: 16 + 14 * fields.count)
      func add(_ payload: Int, _ tables: Int) {
        total.payload = total.payload.saturatingSum(payload)
        total.tables = total.tables.saturatingSum(tables)
      }
      for field in fields {
        switch field.value {
        case .scalar: break
        case .string(let text): add(text.utf8.count, 12)
        case .strings(let texts): for text in texts { add(text.utf8.count, 12) }
        case .table(let object):
          let size = object.expectedSize
          add(size.payload, size.tables)
        case .tables(let objects):
          for object in objects {
            let size = object.expectedSize
            add(size.payload, size.tables.saturatingSum(4))
          }
        case .vector(let bytes, _, let alignment): add(bytes.count, 8.saturatingSum(alignment))
        }
      }
      return total
    }
  }

  extension Int {
    func saturatingSum(_ other: Int) -> Int {
      let (sum, overflow) = addingReportingOverflow(other)
      return overflow ? .max : sum
    }
  }
#endif
