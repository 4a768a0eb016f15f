extension DataTable {
    /// The table as JSON, an array with an object for each row, as pandas gives with `orient="records"`.
    ///
    /// A missing value is `null`; so is an infinite one, for which JSON has no number.
    public var json: String {
        let names = columns.map { JSONLines.quoted($0.name) }
        let rows = (0..<rowCount).map { row in
            let members = zip(names, columns).map { name, column in
                let value = column.storage[row]
                if case .double(let number) = value, number.isInfinite { return "\(name): null" }
                return "\(name): \(JSONLines.text(value))"
            }
            return "{" + members.joined(separator: ", ") + "}"
        }
        return "[" + rows.joined(separator: ",\n ") + "]"
    }
}
