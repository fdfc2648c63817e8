extension Logical {
  static func reference(_ kind: Kind) -> (UInt8, UInt8) -> UInt8 {
    switch kind {
    case .and: { $0 != 0 && $1 != 0 ? 1 : 0 }
    case .or: { $0 != 0 || $1 != 0 ? 1 : 0 }
    }
  }
}

extension LogicalNot {
  static func reference(_ x: UInt8) -> UInt8 { x == 0 ? 1 : 0 }
}
