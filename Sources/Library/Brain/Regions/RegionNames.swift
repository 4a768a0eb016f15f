import Formats

/// A region's name without what differs from one publication to the next: case, separators, and where the side stands.
struct RegionSpelling: Hashable {
    /// The side that the name tells, in any place and language of its atlas: "_L", "lh.", "Left-".
    let side: Hemisphere?
    /// What is left of the letters and digits.
    let letters: String

    private static let sides: [String: Hemisphere] = [
        "l": .left, "lh": .left, "left": .left, "r": .right, "rh": .right, "right": .right,
    ]
    /// What atlases write beside the name.
    private static let others: Set = ["ctx", "roi"]

    init(_ name: String) {
        var side: Hemisphere?
        var letters = ""
        for word in name.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }).map(String.init)
        {
            if let found = Self.sides[word], side == nil {
                side = found
            } else if !Self.others.contains(word) {
                letters += word
            }
        }
        // AAL writes the cerebellum with one l, AAL3 with two.
        self.side = side
        self.letters = letters.replacing("cerebelum", with: "cerebellum")
    }
}

extension Region {
    /// The side that the name tells, for instance left of "Temporal_Sup_L" or "ctx-lh-insula"; nil if it tells none.
    public var hemisphere: Hemisphere? { RegionSpelling(name).side }
}

extension [Region] {
    /// The index of the region of a name, in any spelling that tells it from the others.
    ///
    /// Throws `BrainError.unknownRegion` if no region has the name, and `BrainError.value` if several have.
    package func place(of name: String) throws -> Int {
        let names = map(\.name)
        let exact = indices.filter { names[$0] == name }
        if exact.count == 1 { return exact[0] }
        let wanted = RegionSpelling(name)
        let found =
            exact.count > 1
            ? exact
            : indices.filter { index in
                let spelling = RegionSpelling(names[index])
                return spelling.letters == wanted.letters
                    && (wanted.side == nil || spelling.side == wanted.side)
            }
        guard let first = found.first, !wanted.letters.isEmpty || wanted.side != nil else {
            throw BrainError.unknownRegion(name, known: names)
        }
        guard found.count == 1 else {
            throw BrainError.value(
                what: "the region \"\(name)\"", got: "the name of several",
                expected: exact.isEmpty
                    ? "one of \(found.map { names[$0] }.joined(separator: ", "))"
                    : "that of one; give the \(exact.count) regions names of their own")
        }
        return first
    }
}

extension Regions {
    /// The index in `regions` of the region of a name, in any spelling that tells it from the others.
    package func place(of name: String) throws -> Int { try regions.place(of: name) }
}

extension RegionTable {
    /// The region of a label's number; nil if the table does not have it.
    public subscript(id: Int) -> Region? { regions.first { $0.id == id } }
}
