import Display

extension Matrix: CustomStringConvertible {}

extension Tensor: Displayable, CustomStringConvertible {
    /// The shape, and the first rows and columns of the first slice.
    public var mimeBundle: MIMEBundle {
        let title = "Tensor<\(Element.self)>: \(extents(shape))"
        guard count > 0, rank > 0 else {
            return .plain(rank == 0 ? "\(title) (\(Number.short(Double(elements.first ?? 0))))" : title)
        }
        let columns = shape[rank - 1]
        let rows = rank > 1 ? shape[rank - 2] : 1
        let first = Matrix<Element>(rows: Swift.min(rows, 8), columns: Swift.min(columns, 8)) { target in
            withUnsafeBufferPointer { source in
                for row in 0..<Swift.min(rows, 8) {
                    for column in 0..<Swift.min(columns, 8) {
                        target[row * Swift.min(columns, 8) + column] = source[row * columns + column]
                    }
                }
            }
        }
        let more = rank > 2 ? ", the first \(extents(Array(shape.suffix(2)))) of them" : ""
        return first.corner(title: title + more, of: (rows, columns)).mimeBundle
    }
}
