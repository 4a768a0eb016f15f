/// What selects rows or columns of a matrix: an index, a range of them such as `3...`, an array of them, or of `Bool`.
public protocol MatrixIndices {
    /// The rows or columns that are selected, where there are `extent`; stops if one is outside.
    func _selection(among extent: Int, _ dimension: _MatrixDimension) -> _Selection
}

/// Rows or columns that are selected, in their order.
public enum _Selection: Sendable {
    case range(Range<Int>)
    case list([Int])

    var count: Int {
        switch self {
        case .range(let range): range.count
        case .list(let list): list.count
        }
    }

    func eachIndex(_ body: (_ position: Int, _ index: Int) -> Void) {
        switch self {
        case .range(let range): for index in range { body(index - range.lowerBound, index) }
        case .list(let list): for (position, index) in list.enumerated() { body(position, index) }
        }
    }
}

/// What the indices of a selection count.
public enum _MatrixDimension: String, Sendable {
    case rows, columns

    /// Stops with the words of the mistake.
    func refuse(_ index: String, _ extent: Int, isNegative: Bool) -> Never {
        let last =
            isNegative ? "; indices do not count from the end: the last is `\(rawValue) - 1`" : ""
        fatalError(
            "\(rawValue) \(index) \(index.contains("..") ? "are" : "is") outside a matrix of \(extent) \(rawValue)\(last)"
        )
    }
}

extension Int: MatrixIndices {
    public func _selection(among extent: Int, _ dimension: _MatrixDimension) -> _Selection {
        if self < 0 || self >= extent { dimension.refuse("\(self)", extent, isNegative: self < 0) }
        return .range(self..<self + 1)
    }
}

extension MatrixIndices where Self: RangeExpression<Int> {
    public func _selection(among extent: Int, _ dimension: _MatrixDimension) -> _Selection {
        let range = relative(to: 0..<max(extent, 0))
        if range.lowerBound < 0 || range.upperBound > extent {
            dimension.refuse("\(self)", extent, isNegative: range.lowerBound < 0 || range.upperBound < 0)
        }
        return .range(range)
    }
}

extension Range: MatrixIndices where Bound == Int {}
extension ClosedRange: MatrixIndices where Bound == Int {
    public func _selection(among extent: Int, _ dimension: _MatrixDimension) -> _Selection {
        // Before the number after the last, which `Int.max` has not.
        if lowerBound < 0 || upperBound >= extent {
            dimension.refuse("\(self)", extent, isNegative: lowerBound < 0)
        }
        return .range(lowerBound..<upperBound + 1)
    }
}
extension PartialRangeFrom: MatrixIndices where Bound == Int {
    public func _selection(among extent: Int, _ dimension: _MatrixDimension) -> _Selection {
        if lowerBound < 0 || lowerBound > extent {
            dimension.refuse("\(lowerBound)...", extent, isNegative: lowerBound < 0)
        }
        return .range(lowerBound..<extent)
    }
}
extension PartialRangeUpTo: MatrixIndices where Bound == Int {
    public func _selection(among extent: Int, _ dimension: _MatrixDimension) -> _Selection {
        if upperBound < 0 || upperBound > extent {
            dimension.refuse("..<\(upperBound)", extent, isNegative: upperBound < 0)
        }
        return .range(0..<upperBound)
    }
}
extension PartialRangeThrough: MatrixIndices where Bound == Int {
    public func _selection(among extent: Int, _ dimension: _MatrixDimension) -> _Selection {
        if upperBound < 0 || upperBound >= extent {
            dimension.refuse("...\(upperBound)", extent, isNegative: upperBound < 0)
        }
        return .range(0..<upperBound + 1)
    }
}

extension Array: MatrixIndices where Element: _MatrixIndex {
    public func _selection(among extent: Int, _ dimension: _MatrixDimension) -> _Selection {
        .list(Element._indices(self, among: extent, dimension))
    }
}

/// What an array that selects rows or columns holds: indices, or whether each is wanted.
public protocol _MatrixIndex {
    static func _indices(_ array: [Self], among extent: Int, _ dimension: _MatrixDimension) -> [Int]
}

extension Int: _MatrixIndex {
    public static func _indices(_ array: [Int], among extent: Int, _ dimension: _MatrixDimension) -> [Int] {
        if let wrong = array.first(where: { $0 < 0 || $0 >= extent }) {
            dimension.refuse("\(wrong)", extent, isNegative: wrong < 0)
        }
        return array
    }
}

extension Bool: _MatrixIndex {
    public static func _indices(_ array: [Bool], among extent: Int, _ dimension: _MatrixDimension) -> [Int] {
        require(
            array.count == extent,
            "a mask of \(array.count) elements cannot select among \(extent) \(dimension.rawValue)")
        return array.indices.filter { array[$0] }
    }
}
