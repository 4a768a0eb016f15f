import Formats
import Foundation

/// A frame in pandas' fixed format: arrays of labels, and blocks of columns of one type.
///
/// Source: `pandas.io.pytables.GenericFixed` and `BlockManagerFixed`.
struct PandasFixed {
    private let store: PandasStore
    private var file: HDF5File { store.file }

    init(_ store: PandasStore) { self.store = store }

    func read(columns wanted: [String]?) throws -> DataTable {
        if store.isSeries { return try series(wanted) }
        for axis in ["axis0", "axis1"] where store.attributes["\(axis)_variety"]?.string == "multi" {
            throw store.error(
                "has labels of several levels (\(axis)), which pandas alone reads; reset its index first")
        }
        guard let count = store.attributes["nblocks"]?.integer, (0...100_000).contains(count) else {
            throw store.error("does not say how many blocks it has")
        }
        let index = try labels("axis1", name: nil)
        let names = try labels("axis0", name: nil).values.map(\.description)
        if let missing = wanted?.first(where: { !names.contains($0) }) {
            throw TableError.noColumn(missing, among: names)
        }
        let chosen = Set(wanted ?? names)
        var found: [String: DataTable.Column] = [:]
        for block in 0..<count {
            try Task.checkCancellation()
            let items = try labels("block\(block)_items", name: nil).values.map(\.description)
            for column in try self.block("block\(block)_values", items, chosen, rows: index.count) {
                found[column.name] = column
            }
        }
        let columns = try (wanted ?? names).map { name in
            guard let column = found[name] else {
                throw store.error("lacks the values of the column \"\(name)\"")
            }
            return column
        }
        return try DataTable.indexed(index, columns, rowCount: index.count)
    }

    private func series(_ wanted: [String]?) throws -> DataTable {
        let index = try labels("index", name: nil)
        let name = Self.name(try file.attributes(of: store.path)) ?? "values"
        if let missing = wanted?.first(where: { $0 != name }) {
            throw TableError.noColumn(missing, among: [name])
        }
        let column = try column("values", name: name)
        return try DataTable.indexed(index, [column], rowCount: column.count)
    }

    /// The labels of an axis as a column.
    private func labels(_ part: String, name: String?) throws -> DataTable.Column {
        let attributes = try file.attributes(of: "\(store.path)/\(part)")
        return try column(part, name: name ?? Self.name(attributes) ?? "index")
    }

    /// The name that attributes give; nil of `None`, which PyTables pickles as `N.`.
    private static func name(_ attributes: [String: HDF5Attribute]) -> String? {
        attributes["name"]?.string.flatMap { $0.isEmpty || $0 == "N." ? nil : $0 }
    }

    /// An array of one dimension as a column.
    private func column(_ part: String, name: String) throws -> DataTable.Column {
        let path = "\(store.path)/\(part)"
        let attributes = try file.attributes(of: path)
        let dataset = try file.dataset(path)
        let kind = attributes["value_type"]?.string ?? attributes["kind"]?.string ?? ""
        if let shape = try emptyShape(attributes) {
            guard shape.contains(0) else { throw store.error("has no values in \(part)") }
            return Self.empty(name, kind)
        }
        if let values = try dataset.pickledValues() {
            return try PandasColumn.objects(name, values.flatMap(\.flattened))
        }
        if dataset.isText {
            return PandasColumn.texts(
                name, try dataset.strings(), missing: store.missing(attributes["nan_rep"]))
        }
        try refuse(kind, part)
        if let truths = try dataset.bitFields() { return DataTable.Column(name, truths) }
        guard let type = dataset.type else {
            throw store.error("has a part \(part) that holds \(dataset.kind)")
        }
        if type == .bool { return DataTable.Column(name, try dataset.integers().map { $0 != 0 }) }
        if type.hasFractions { return DataTable.Column(name, try dataset.tensor(as: Double.self).elements) }
        return PandasColumn.integers(name, try dataset.integers(), kind: kind)
    }

    private static func empty(_ name: String, _ kind: String) -> DataTable.Column {
        if kind.contains("datetime") { return DataTable.Column(name, [Date]()) }
        if kind.contains("int") { return DataTable.Column(name, [Int]()) }
        return kind.contains("float")
            ? DataTable.Column(name, [Double]()) : DataTable.Column(name, [String]())
    }

    /// The chosen columns of a block, whose values are rows x items in the file.
    private func block(
        _ part: String, _ items: [String], _ chosen: Set<String>, rows: Int
    ) throws -> [DataTable.Column] {
        let path = "\(store.path)/\(part)"
        let attributes = try file.attributes(of: path)
        let dataset = try file.dataset(path)
        let kind = attributes["value_type"]?.string ?? ""
        if try emptyShape(attributes) != nil {
            return items.filter(chosen.contains).map { Self.empty($0, kind) }
        }
        if let values = try dataset.pickledValues() {
            return try objects(values, items, rows: rows, part).filter { chosen.contains($0.name) }
        }
        try refuse(kind, part)
        // pandas stores a block with its rows first, and says so.
        let isTransposed = attributes["transposed"]?.integer != 0
        let shape = isTransposed ? [rows, items.count] : [items.count, rows]
        if dataset.shape == shape, let truths = try dataset.bitFields() {
            return items.enumerated().filter { chosen.contains($0.element) }.map { item, name in
                DataTable.Column(
                    name, (0..<rows).map { truths[isTransposed ? $0 * items.count + item : item * rows + $0] }
                )
            }
        }
        guard dataset.shape == shape, let type = dataset.type else {
            throw store.error(
                "has the part \(part) of shape \(dataset.shape) and \(dataset.kind); numbers of shape \(shape) were expected"
            )
        }
        var columns: [DataTable.Column] = []
        for range in items.indices(where: chosen.contains).ranges {
            let part = isTransposed ? [0..<rows, range] : [range, 0..<rows]
            func values(_ all: [Double]) -> [[Double]] {
                (0..<range.count).map { item in
                    isTransposed
                        ? stride(from: item, to: all.count, by: range.count).map { all[$0] }
                        : Array(all[item * rows..<(item + 1) * rows])
                }
            }
            if type.hasFractions {
                let all = try dataset.tensor(part, as: Double.self).elements
                columns += zip(items[range], values(all)).map { DataTable.Column($0, $1) }
            } else {
                let all = try dataset.integers(part)
                for (item, name) in items[range].enumerated() {
                    let own =
                        isTransposed
                        ? stride(from: item, to: all.count, by: range.count).map { all[$0] }
                        : Array(all[item * rows..<(item + 1) * rows])
                    columns.append(
                        type == .bool
                            ? DataTable.Column(name, own.map { $0 != 0 })
                            : PandasColumn.integers(name, own, kind: kind))
                }
            }
        }
        return columns
    }

    /// Columns of a block of objects, which is one pickled array of items x rows, or rows x items.
    private func objects(
        _ values: [PythonValue], _ items: [String], rows: Int, _ part: String
    ) throws -> [DataTable.Column] {
        guard values.count == 1 else {
            throw store.error("has \(values.count) arrays in \(part); one was expected")
        }
        let lists = values[0].elements
        let flat = values[0].flattened
        guard flat.count == items.count * rows else {
            throw store.error("has \(flat.count) values in \(part); \(items.count) x \(rows) were expected")
        }
        let hasRowsFirst = lists.count == rows && (lists.first?.elements.count ?? 0) == items.count
        return try items.enumerated().map { item, name in
            try PandasColumn.objects(
                name,
                (0..<rows).map { hasRowsFirst ? flat[$0 * items.count + item] : flat[item * rows + $0] })
        }
    }

    /// The shape of an array that has no elements, of which HDF5 stores a placeholder.
    private func emptyShape(_ attributes: [String: HDF5Attribute]) throws -> [Int]? {
        guard let shape = try store.pickled(attributes["shape"])?.elements.compactMap(\.integer),
            shape.contains(0)
        else {
            return nil
        }
        return shape
    }

    private func refuse(_ kind: String, _ part: String) throws {
        let isRead =
            !kind.contains("category") && !kind.contains("period") && !kind.hasPrefix("timedelta")
            && !(kind.hasPrefix("datetime64") && kind.contains(","))
        guard isRead else {
            throw store.error("has \(kind) in \(part), which pandas alone reads; store it as text or numbers")
        }
    }
}

extension PythonValue {
    /// The values in lists of lists, or of an array of numbers or text.
    var flattened: [PythonValue] {
        switch self {
        case .list(let elements): elements.flatMap(\.flattened)
        case .array(let array):
            if let texts = try? array.strings() {
                texts.map(PythonValue.text)
            } else if let integers = try? array.integers() {
                integers.map(PythonValue.integer)
            } else {
                (try? array.tensor(as: Double.self).elements.map(PythonValue.number)) ?? [self]
            }
        default: [self]
        }
    }
}
