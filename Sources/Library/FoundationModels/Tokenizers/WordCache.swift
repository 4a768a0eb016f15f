import Hashing

/// The ids of words that were met before.
struct WordCache {
    /// A word's bytes and ids in the two stores.
    private struct Entry {
        var hash: UInt64
        var bytes: Int
        var length: Int
        var ids: Int
        var count: Int
    }

    /// Longer words hardly come again.
    private static let longestWord = 64
    private static let mostWords = 1 << 16

    private var slots = [Int32](repeating: -1, count: 2 * mostWords)
    private var entries: [Entry] = []
    private var bytes: [UInt8] = []
    private var ids: [Int32] = []

    /// Appends the ids of a word to `output`, from `make` if the word is new.
    @inline(__always)
    mutating func append(
        _ word: UnsafeBufferPointer<UInt8>, to output: inout [Int32], make: (inout [Int32]) -> Void
    ) {
        guard word.count <= Self.longestWord else { return make(&output) }
        let hash = Self.hash(word)
        var slot = Int(truncatingIfNeeded: hash >> 20) & (slots.count - 1)
        while slots[slot] >= 0 {
            let entry = entries[Int(slots[slot])]
            if entry.hash == hash, entry.length == word.count, isSame(entry, word) {
                output.append(contentsOf: ids[entry.ids..<entry.ids + entry.count])
                return
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        let before = output.count
        make(&output)
        if entries.count == Self.mostWords {
            self = WordCache()
            slot = Int(truncatingIfNeeded: hash >> 20) & (slots.count - 1)
        }
        slots[slot] = Int32(entries.count)
        entries.append(
            Entry(
                hash: hash, bytes: bytes.count, length: word.count, ids: ids.count,
                count: output.count - before))
        bytes.append(contentsOf: word)
        ids.append(contentsOf: output[before...])
    }

    @inline(__always)
    private func isSame(_ entry: Entry, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            for offset in 0..<word.count where bytes[entry.bytes + offset] != word[offset] { return false }
            return true
        }
    }

    /// A hash whose high bits depend on every byte.
    @inline(__always)
    private static func hash(_ word: UnsafeBufferPointer<UInt8>) -> UInt64 { FNV1a(word).value }
}
