import Display

extension Records: Displayable, CustomStringConvertible {
    /// The fields with what they hold.
    public var mimeBundle: MIMEBundle {
        Table(
            Number.counted(count, "record"),
            [.text("field", names), .text("kind", fields.map(\.kind))]
        ).mimeBundle
    }
}

extension Records.Field: CustomStringConvertible {
    /// The name and what the field holds.
    public var description: String { "field \"\(name)\": \(kind)" }
}

extension HDF5Reference: CustomStringConvertible {
    /// The path, and the part of a region reference.
    public var description: String {
        guard let path else { return "a reference to nothing" }
        let parts = blocks.map { block in
            "[" + block.map { "\($0.lowerBound)..<\($0.upperBound)" }.joined(separator: ", ") + "]"
        }
        return path + (parts.isEmpty ? "" : " " + parts.joined(separator: " "))
    }
}

extension PythonValue.Entry: CustomStringConvertible {
    /// The key and the value in a few words.
    public var description: String { "\(key.short): \(value.short)" }
}
