/// The merges of a byte-pair encoding: which two tokens become which, and which merge comes first.
struct BytePairMerges: Sendable {
    /// A merge as the table holds it; an empty slot has the id -1.
    struct Merge {
        var pair: UInt64 = 0
        /// Its line in the file: the lowest is done first.
        var rank: UInt32 = 0
        /// The token that comes out.
        var result: Int32 = -1
    }

    private var slots: [Merge]
    private let mask: Int

    /// The merges in the order of their rank; of two of one pair the later counts.
    init(_ merges: [(left: Int32, right: Int32, result: Int32)]) {
        var capacity = 16
        while capacity < 2 * merges.count { capacity *= 2 }
        slots = Array(repeating: Merge(), count: capacity)
        mask = capacity - 1
        for (rank, merge) in merges.enumerated() {
            let pair = Self.pair(merge.left, merge.right)
            let slot = slots.withUnsafeBufferPointer { Self.slot(of: pair, in: $0, mask: mask) }
            slots[slot] = Merge(pair: pair, rank: UInt32(rank), result: merge.result)
        }
    }

    /// Merges the tokens of a word, in place, until no pair of neighbours is left that has a merge.
    ///
    /// The pairs wait in a heap and the tokens are a linked list, so a word of n bytes takes n log n steps. Of two
    /// equal pairs the left one is merged first, as in `tokenizers`.
    func apply(_ workspace: MergeWorkspace) {
        slots.withUnsafeBufferPointer { slots in
            let tokens = workspace.tokens
            for position in 0..<max(workspace.count - 1, 0) { push(position, position + 1, slots, workspace) }
            while let entry = workspace.pop() {
                let position = Int(entry & 0xFFFF_FFFF)
                let next = Int(tokens[position].next)
                // The pair is not there any more if one of its tokens was merged with another.
                guard next >= 0, tokens[position].id >= 0,
                    let merge = find(tokens[position].id, tokens[next].id, slots),
                    UInt64(merge.rank) == entry >> 32
                else { continue }
                tokens[position].id = merge.result
                tokens[next].id = -1
                let after = tokens[next].next
                tokens[position].next = after
                if after >= 0 {
                    tokens[Int(after)].previous = Int32(position)
                    push(position, Int(after), slots, workspace)
                }
                let before = Int(tokens[position].previous)
                if before >= 0 { push(before, position, slots, workspace) }
            }
        }
    }

    @inline(__always)
    private func push(
        _ left: Int, _ right: Int, _ slots: UnsafeBufferPointer<Merge>, _ workspace: MergeWorkspace
    ) {
        let tokens = workspace.tokens
        guard let merge = find(tokens[left].id, tokens[right].id, slots) else { return }
        workspace.push(UInt64(merge.rank) << 32 | UInt64(left))
    }

    @inline(__always)
    private func find(_ left: Int32, _ right: Int32, _ slots: UnsafeBufferPointer<Merge>) -> Merge? {
        let merge = slots[Self.slot(of: Self.pair(left, right), in: slots, mask: mask)]
        return merge.result >= 0 ? merge : nil
    }

    private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    /// Where the pair lies, or the empty slot where it would.
    @inline(__always)
    private static func slot(of pair: UInt64, in slots: UnsafeBufferPointer<Merge>, mask: Int) -> Int {
        var slot = Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
        while slots[slot].result >= 0, slots[slot].pair != pair { slot = (slot + 1) & mask }
        return slot
    }
}

/// The memory in which the tokens of one word are merged; it grows with the longest.
///
/// `@unchecked Sendable` because it lies behind the mutex of its tokenizer, so one thread at a time has it.
final class MergeWorkspace: @unchecked Sendable {
    /// A token and its neighbours; -1 if there is none.
    struct Token {
        var id: Int32
        var previous: Int32
        var next: Int32
    }

    private(set) var tokens = UnsafeMutablePointer<Token>.allocate(capacity: 0)
    private(set) var count = 0
    private var heap = UnsafeMutablePointer<UInt64>.allocate(capacity: 0)
    private var heapCount = 0
    private var capacity = 0

    deinit {
        tokens.deallocate()
        heap.deallocate()
    }

    /// Makes room for a word of up to `length` tokens and forgets the last one.
    func reset(length: Int) {
        count = 0
        heapCount = 0
        guard length > capacity else { return }
        tokens.deallocate()
        heap.deallocate()
        capacity = max(64, 2 * length)
        tokens = .allocate(capacity: capacity)
        // A pair of neighbours each at first, and two new ones for every merge.
        heap = .allocate(capacity: 3 * capacity)
    }

    /// Adds a token at the end.
    @inline(__always)
    func append(_ id: Int32) {
        tokens[count] = Token(id: id, previous: Int32(count) - 1, next: -1)
        if count > 0 { tokens[count - 1].next = Int32(count) }
        count += 1
    }

    /// Appends the tokens that are left to `ids`.
    func collect(into ids: inout [Int32]) {
        var position = count > 0 ? 0 : -1
        while position >= 0 {
            ids.append(tokens[position].id)
            position = Int(tokens[position].next)
        }
    }

    /// Puts a number on the heap, whose least comes out first.
    @inline(__always)
    func push(_ value: UInt64) {
        var place = heapCount
        heapCount += 1
        while place > 0 {
            let parent = (place - 1) / 2
            guard heap[parent] > value else { break }
            heap[place] = heap[parent]
            place = parent
        }
        heap[place] = value
    }

    /// Takes the least number from the heap.
    @inline(__always)
    func pop() -> UInt64? {
        guard heapCount > 0 else { return nil }
        let least = heap[0]
        heapCount -= 1
        let value = heap[heapCount]
        var place = 0
        while true {
            var child = 2 * place + 1
            guard child < heapCount else { break }
            if child + 1 < heapCount, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < value else { break }
            heap[place] = heap[child]
            place = child
        }
        heap[place] = value
        return least
    }
}
