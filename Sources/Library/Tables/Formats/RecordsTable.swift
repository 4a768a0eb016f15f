import Formats
import Foundation

extension DataTable {
    /// A table of the records of a compound dataset of HDF5 or of a structured array of NumPy.
    ///
    /// A field of several numbers or texts becomes as many columns (`position_0`, `position_1`, …), one of records the
    /// columns of these (`pose.x`). Throws `FormatError` if a field is neither number nor text, or an integer is more
    /// than `Int` can hold, and `TableError` if two columns have one name.
    ///
    /// - Parameter records: the records.
    public init(_ records: Records) throws {
        self = DataTable(
            fitting: try DataTable(try Self.columns(records, prefix: "")).columns, rowCount: records.count)
    }

    private static func columns(_ records: Records, prefix: String) throws -> [Column] {
        try records.fields.flatMap { field -> [Column] in
            let name = prefix + field.name
            guard let numbers = field.numbers else {
                if let inner = try? field.records() { return try columns(inner, prefix: name + ".") }
                guard let texts = field.texts, let width = texts.each else {
                    return [Column(name, try field.strings())]
                }
                return (0..<width).map { column -> Column in
                    let own = stride(from: column, to: texts.all.count, by: width).map { texts.all[$0] }
                    return Column("\(name)_\(column)", own)
                }
            }
            let width = numbers.shape.dropFirst().reduce(1, *)
            let names = numbers.shape.count > 1 ? (0..<width).map { "\(name)_\($0)" } : [name]
            return try columns(of: field, numbers.type, names: names)
        }
    }

    /// The columns of a field's numbers, of which each record has as many as there are names.
    static func columns(of field: Records.Field, _ type: NumberType, names: [String]) throws -> [Column] {
        let width = names.count
        func each<T>(_ values: [T]) -> [[T]] {
            guard width > 1 else { return width == 1 ? [values] : [] }
            return (0..<width).map { column in
                stride(from: column, to: values.count, by: width).map { values[$0] }
            }
        }
        if type == .bool {
            return zip(names, each(try field.integers())).map { Column($0, $1.map { $0 != 0 }) }
        }
        if type.hasFractions {
            return zip(names, each(try field.tensor(as: Double.self).elements)).map { Column($0, $1) }
        }
        return zip(names, each(try field.integers())).map { Column($0, $1) }
    }
}
