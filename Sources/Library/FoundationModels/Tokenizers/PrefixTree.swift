/// A tree of byte strings that finds the longest of them with which a text begins, in one walk over its bytes.
///
/// The edges of all nodes lie in one open-addressed table, so a step is one hash and, nearly always, one comparison.
struct PrefixTree: Sendable {
    /// A step from a node by a byte; `key` is zero in an empty slot, since no edge leads from node 0 by byte 0
    /// under the shift below.
    private struct Edge {
        var key: UInt64 = 0
        var node: Int32 = 0
    }

    private var edges: [Edge]
    private var mask: Int
    /// The id of the string that ends at each node, or -1; node 0 is the root.
    private var ids: [Int32] = [-1]

    /// The tree of the given strings; of two equal ones the later counts.
    init(_ strings: [(bytes: [UInt8], id: Int32)]) {
        let steps = strings.reduce(1) { $0 + $1.bytes.count }
        var capacity = 16
        while capacity < 2 * steps { capacity *= 2 }
        edges = Array(repeating: Edge(), count: capacity)
        mask = capacity - 1
        for (bytes, id) in strings { insert(bytes, id: id) }
    }

    /// The longest string of the tree with which `text` begins.
    func longestMatch(in text: UnsafeBufferPointer<UInt8>) -> (id: Int32, length: Int)? {
        edges.withUnsafeBufferPointer { edges in
            ids.withUnsafeBufferPointer { ids in
                var node: Int32 = 0
                var best: (id: Int32, length: Int)?
                for position in 0..<text.count {
                    let slot = slot(of: Self.key(node, text[position]), in: edges)
                    guard edges[slot].key != 0 else { break }
                    node = edges[slot].node
                    let id = ids[Int(node)]
                    if id >= 0 { best = (id, position + 1) }
                }
                return best
            }
        }
    }

    /// The id of exactly these bytes.
    func id(of bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
        guard let match = longestMatch(in: bytes), match.length == bytes.count else { return nil }
        return match.id
    }

    private mutating func insert(_ bytes: [UInt8], id: Int32) {
        var node: Int32 = 0
        for byte in bytes {
            let key = Self.key(node, byte)
            let slot = edges.withUnsafeBufferPointer { self.slot(of: key, in: $0) }
            if edges[slot].key == 0 {
                edges[slot] = Edge(key: key, node: Int32(ids.count))
                ids.append(-1)
            }
            node = edges[slot].node
        }
        if node != 0 { ids[Int(node)] = id }
    }

    private static func key(_ node: Int32, _ byte: UInt8) -> UInt64 {
        (UInt64(node) + 1) << 8 | UInt64(byte)
    }

    /// Where the edge lies, or the empty slot where it would.
    @inline(__always)
    private func slot(of key: UInt64, in edges: UnsafeBufferPointer<Edge>) -> Int {
        // Fibonacci hashing: the high bits of the product depend on every bit of the key.
        var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
        while edges[slot].key != key, edges[slot].key != 0 { slot = (slot + 1) & mask }
        return slot
    }
}
