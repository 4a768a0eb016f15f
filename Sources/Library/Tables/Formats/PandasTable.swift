import Formats
import Foundation

/// A frame in pandas' table format: one compound dataset, with a field for each block of columns.
///
/// Source: `pandas.io.pytables.AppendableFrameTable`.
struct PandasTable {
    private let store: PandasStore

    init(_ store: PandasStore) { self.store = store }

    func read(columns wanted: [String]?) throws -> DataTable {
        let path = store.path + "/table"
        let attributes = try store.file.attributes(of: path)
        let records = try store.file.dataset(path).records()
        if store.attributes["levels"] != nil,
            store.attributes["table_type"]?.string?.contains("multi") == true
        {
            throw store.error(
                "has an index of several levels, which pandas alone reads; reset its index first")
        }
        let missing = store.missing(store.attributes["nan_rep"]) ?? "nan"
        let hasOwnWords = store.attributes["data_col_nan_rep"]?.integer == 1
        var found: [String: DataTable.Column] = [:]
        var order: [String] = []
        var index: DataTable.Column?
        for field in records.fields {
            let kind =
                attributes["\(field.name)_dtype"]?.string ?? attributes["\(field.name)_kind"]?.string ?? ""
            if field.name == "index" {
                let kind = attributes["index_kind"]?.string ?? ""
                try refuse(kind, "its index")
                index = try column(field, names: [try indexName() ?? "index"], kind: kind, missing: missing)[
                    0]
                continue
            }
            let names = try names(of: field, attributes)
            try refuse(kind, field.name)
            if attributes["\(field.name)_meta"]?.string == "category" {
                throw store.error(
                    "has categories in \(names.joined(separator: ", ")), which pandas alone reads; store them as text"
                )
            }
            // pandas 3 chooses a word for each column that is no value of it, or none where no value is missing.
            let word = hasOwnWords ? attributes["\(field.name)_nan_rep"]?.string : missing
            for column in try column(field, names: names, kind: kind, missing: word) {
                found[column.name] = column
                order.append(column.name)
            }
        }
        if let axes = try store.pickled(store.attributes["non_index_axes"]),
            let labels = axes.elements.first?.elements.last?.flattened, labels.count == order.count
        {
            order = labels.map { $0.string ?? $0.label }
        }
        for name in wanted ?? [] where found[name] == nil { throw TableError.noColumn(name, among: order) }
        let columns = try (wanted ?? order).map { name in
            guard let column = found[name] else {
                throw store.error("lacks the values of the column \"\(name)\"")
            }
            return column
        }
        return try DataTable.indexed(index, columns, rowCount: records.count)
    }

    /// The names of a field's columns: a list that is pickled into an attribute, or the field's own name.
    private func names(of field: Records.Field, _ attributes: [String: HDF5Attribute]) throws -> [String] {
        guard field.name.hasPrefix("values_block_") || attributes["\(field.name)_kind"] != nil,
            let list = try store.pickled(attributes["\(field.name)_kind"])
        else { return [field.name] }
        return list.flattened.map { $0.string ?? $0.label }
    }

    private func indexName() throws -> String? {
        // Beside the name stand the frequency of days and a time zone, which are objects of pandas.
        guard let info = try? store.pickled(store.attributes["info"], namesObjects: true) else { return nil }
        return info.entries.first { $0.key.integer == 0 || $0.key.string == "index" }
            .flatMap { try? $0.value["index_name"].string }
    }

    private func column(
        _ field: Records.Field, names: [String], kind: String, missing: String?
    ) throws -> [DataTable.Column] {
        if let numbers = field.numbers {
            let width = numbers.shape.dropFirst().reduce(1, *)
            guard width == names.count else {
                throw store.error("names \(names.count) columns for the \(width) numbers of \(field.name)")
            }
            guard kind.hasPrefix("datetime64") else {
                return try DataTable.columns(of: field, numbers.type, names: names)
            }
            let all = try field.integers()
            return names.enumerated().map { item, name in
                PandasColumn.integers(
                    name, stride(from: item, to: all.count, by: width).map { all[$0] }, kind: kind)
            }
        }
        let texts = try field.texts?.all ?? field.strings()
        return names.enumerated().map { item, name in
            PandasColumn.texts(
                name, stride(from: item, to: texts.count, by: max(1, names.count)).map { texts[$0] },
                missing: missing)
        }
    }

    private func refuse(_ kind: String, _ what: String) throws {
        guard !kind.hasPrefix("timedelta"), !kind.contains("period") else {
            throw store.error("has \(kind) in \(what), which pandas alone reads; store it as text or numbers")
        }
    }
}

extension PythonValue {
    /// A number or truth value as the name of a column.
    fileprivate var label: String {
        switch self {
        case .integer(let integer): "\(integer)"
        case .number(let number): "\(number)"
        case .boolean(let boolean): boolean ? "True" : "False"
        default: kind
        }
    }
}
