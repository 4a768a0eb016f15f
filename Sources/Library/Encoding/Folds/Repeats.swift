import Tensors

extension Matrix {
    /// The mean over repeats of the same stimuli in the same order: samples x voxels, summed in double precision.
    ///
    /// Throws `EncodingError` if there is no repeat or shapes differ.
    public static func average(of repeats: [Matrix]) throws -> Matrix {
        try checkRepeats(repeats, atLeast: 1)
        var sum = repeats[0].converted(to: Double.self)
        for part in repeats.dropFirst() { sum += part.converted(to: Double.self) }
        return (sum * (1 / Double(repeats.count))).converted(to: Element.self)
    }

    /// The mean of the rows that share a label, in the order in which the labels first occur.
    ///
    /// ```swift
    /// let (images, mean) = try responses.averaged(by: imageOfTrial)      // one row per image
    /// ```
    ///
    /// Throws `EncodingError` if there is not one label per row.
    public func averaged<Label: Hashable>(by labels: [Label]) throws -> (labels: [Label], mean: Matrix) {
        let groups = try rowsByLabel(labels)
        var mean = Matrix<Double>(rows: groups.count, columns: columns)
        let wide = converted(to: Double.self)
        mean.withUnsafeMutableBufferPointer { target in
            wide.withUnsafeBufferPointer { source in
                for (groupIndex, group) in groups.enumerated() {
                    for row in group.rows {
                        for j in 0..<columns { target[groupIndex * columns + j] += source[row * columns + j] }
                    }
                }
            }
        }
        return (
            groups.map(\.label),
            mean.scalingRows(by: groups.map { 1 / Double($0.rows.count) }).converted(to: Element.self)
        )
    }

    /// The rows that share a label as repeats: matrix number k holds the k-th row of every label, for
    /// `explainableVariance`.
    ///
    /// Labels that occur fewer than `count` times are left out, and so are further rows of a label. Throws
    /// `EncodingError` if there is not one label per row or no label occurs often enough.
    public func repeats<Label: Hashable>(of labels: [Label], count: Int) throws
        -> (labels: [Label], repeats: [Matrix])
    {
        try checkParameter("the number of repeats", count, expected: "at least 1", count > 0)
        let groups = try rowsByLabel(labels).filter { $0.rows.count >= count }
        guard !groups.isEmpty else {
            throw EncodingError.parameter(
                name: "the number of labels that come \(count) times", value: "\(groups.count)",
                expected: "at least 1")
        }
        return (
            groups.map(\.label), (0..<count).map { k in rows(at: groups.map { $0.rows[k] }) }
        )
    }

    private func rowsByLabel<Label: Hashable>(_ labels: [Label]) throws -> [(label: Label, rows: [Int])] {
        guard labels.count == rows else {
            throw EncodingError.sampleCount(what: "labels", count: labels.count, expected: rows)
        }
        var groupIndices: [Label: Int] = [:]
        var groups: [(label: Label, rows: [Int])] = []
        for (row, label) in labels.enumerated() {
            if let groupIndex = groupIndices[label] {
                groups[groupIndex].rows.append(row)
            } else {
                groupIndices[label] = groups.count
                groups.append((label, [row]))
            }
        }
        return groups
    }

    static func checkRepeats(_ repeats: [Matrix], atLeast least: Int) throws {
        guard let first = repeats.first, repeats.count >= least else {
            throw EncodingError.parameter(
                name: "the number of repeats", value: "\(repeats.count)", expected: "\(least) or more")
        }
        for (index, part) in repeats.enumerated() {
            guard part.rows == first.rows else {
                throw EncodingError.sampleCount(
                    what: "responses of repeat \(index)", count: part.rows, expected: first.rows)
            }
            guard part.columns == first.columns else {
                throw EncodingError.columnCount(
                    what: "responses of repeat \(index)", count: part.columns, expected: first.columns)
            }
        }
    }
}
