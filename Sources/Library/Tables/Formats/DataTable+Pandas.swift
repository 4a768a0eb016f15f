import Formats
import Foundation

extension DataTable {
    /// Reads a table that pandas has stored in an HDF5 file (`DataFrame.to_hdf`), in its fixed or its table format.
    ///
    /// ```swift
    /// let betas = try DataTable.openPandas("sub-01_ResponseData.h5", columns: ["voxel_id", "1", "2"])
    /// ```
    ///
    /// - Parameters:
    ///   - file: The file, as a path or a URL.
    ///   - key: The key under which the frame was stored; the only one of the file if nil.
    ///   - columns: The names of the columns to read, in this order; all if nil. Others are not read from the file.
    ///
    /// The index comes first, as a column of its name (`index` if it has none, and `level_0` if that is a column's),
    /// unless it only counts from 0 or is equal to the column of its name. Throws `FormatError` if the file cannot be
    /// read, holds several frames and no key was given, or has columns that only pandas can read (categories, time
    /// zones, several levels), and `TableError` if a name is not there, or the index has the name of another column.
    public static func openPandas(
        _ file: some FileLocation, key: String? = nil, columns: [String]? = nil
    ) throws -> DataTable {
        let file = try HDF5File.open(file)
        let store = try PandasStore(file, key: key)
        return try store.isTable
            ? PandasTable(store).read(columns: columns) : PandasFixed(store).read(columns: columns)
    }
}

/// Where a file holds a frame of pandas.
package struct PandasStore {
    let file: HDF5File
    /// The path of the group.
    package let path: String
    let attributes: [String: HDF5Attribute]

    var isTable: Bool { attributes["pandas_type"]?.string?.hasSuffix("_table") == true }
    var isSeries: Bool { attributes["pandas_type"]?.string?.hasPrefix("series") == true }

    /// The frame of a key, or the only one of the file if it is nil.
    ///
    /// Throws `FormatError` if the file has no such frame, or several.
    package init(_ file: HDF5File, key: String?) throws {
        self.file = file
        if let key {
            path = key.hasPrefix("/") ? key : "/" + key
            guard file.contains(path) else {
                throw FormatError(
                    file.url,
                    "has no key \"\(key)\"; it has \(try Self.keys(of: file).joined(separator: ", "))")
            }
        } else {
            let keys = try Self.keys(of: file)
            guard keys.count == 1, let only = keys.first else {
                throw FormatError(
                    file.url,
                    keys.isEmpty
                        ? "holds no frame of pandas: no group of it says its pandas_type"
                        : "holds \(keys.count) frames of pandas; name one by key: \(keys.joined(separator: ", "))"
                )
            }
            path = only
        }
        attributes = try file.attributes(of: path)
        guard let type = attributes["pandas_type"]?.string else {
            throw FormatError(file.url, "\"\(path)\" is no frame of pandas: it does not say its pandas_type")
        }
        guard ["frame", "series", "frame_table", "series_table"].contains(type) else {
            throw FormatError(
                file.url, "\"\(path)\"", expected: "a frame or a series of pandas",
                found: "\"\(type)\"; store it as a frame")
        }
    }

    /// The groups of a file that are frames, at most four levels deep.
    private static func keys(of file: HDF5File, below path: String = "", depth: Int = 0) throws -> [String] {
        if depth > 0, try file.attributes(of: path)["pandas_type"] != nil { return [path] }
        guard depth < 4 else { return [] }
        let groups = try? file.members(of: path.isEmpty ? "/" : path)
        return try (groups ?? []).flatMap { try keys(of: file, below: path + "/" + $0, depth: depth + 1) }
    }

    func error(_ problem: String) -> FormatError { FormatError(file.url, "\"\(path)\" \(problem)") }

    /// What a text says that is missing; PyTables pickles `None` as `N.`, which stands for pandas' own word.
    func missing(_ attribute: HDF5Attribute?) -> String? { attribute?.string.map { $0 == "N." ? "nan" : $0 } }

    /// What PyTables has pickled into an attribute; its objects are refused, or only named if `namesObjects`.
    func pickled(_ attribute: HDF5Attribute?, namesObjects: Bool = false) throws -> PythonValue? {
        guard let text = attribute?.string else { return nil }
        return try PickleFile.value(ofText: text, file.url, namesObjects: namesObjects)
    }
}

/// What pandas says of numbers that stand for something else.
enum PandasColumn {
    /// A column of whole numbers, which may stand for times, of a kind such as `datetime64[ns]`.
    static func integers(_ name: String, _ values: [Int], kind: String) -> DataTable.Column {
        if kind == "date" {
            // Python counts days from 1 January of the year 1, which is day 1.
            let epoch = 719_163
            return DataTable.Column(
                name, values.map { Date(timeIntervalSince1970: 86_400 * (Double($0) - Double(epoch))) })
        }
        guard kind.hasPrefix("datetime64") else { return DataTable.Column(name, values) }
        let unit = kind.split(separator: "[").dropFirst().first.map {
            String($0.prefix { $0 != "]" && $0 != "," })
        }
        let perSecond =
            ["s": 1, "ms": 1000, "us": 1_000_000, "ns": 1_000_000_000][unit ?? "ns"] ?? 1_000_000_000
        return DataTable.Column(
            name, values.map { $0 == .min ? nil : Date(ticks: $0, perSecond: perSecond) })
    }

    /// A column of values of Python: numbers, texts and truth values, `None` and NaN missing.
    static func objects(_ name: String, _ values: [PythonValue]) throws -> DataTable.Column {
        try DataTable.Column(
            name,
            values: values.map { value in
                switch value {
                case .none: .missing
                case .boolean(let boolean): .bool(boolean)
                case .integer(let integer): .int(integer)
                case .number(let number): number.isNaN ? .missing : .double(number)
                case .text(let text): .string(text)
                default:
                    throw TableError(
                        column: name, "holds a value of Python that no cell can hold: \(value.kind)")
                }
            })
    }

    /// A column of texts, of which one says that it is missing.
    static func texts(_ name: String, _ values: [String], missing: String?) -> DataTable.Column {
        DataTable.Column(name, values.map { $0 == missing ? nil : $0 })
    }
}

extension DataTable {
    /// Columns with the index first, unless it only counts the rows from 0, or is one of them already.
    ///
    /// An index that was not named makes way for a column `index`, as in pandas' `reset_index`. Throws `TableError` if
    /// another column has the index's name.
    static func indexed(_ index: Column?, _ columns: [Column], rowCount: Int) throws -> DataTable {
        var all = columns
        if let index, !index.countsRows {
            let other = columns.first { $0.name == index.name }
            if other == nil {
                all.insert(index, at: 0)
            } else if other != index, index.name == "index" {
                all.insert(index.renamed("level_0"), at: 0)
            } else if let other, other != index {
                throw TableError(
                    column: other.name,
                    "has the name of the index, whose values are others; rename one of them in pandas, or name the "
                        + "columns to read without it (columns:)")
            }
        }
        return DataTable(fitting: try DataTable(all).columns, rowCount: rowCount)
    }
}

extension DataTable.Column {
    /// Whether the values are 0, 1, 2, ….
    fileprivate var countsRows: Bool {
        guard case .int(let values) = storage, values.missing.isEmpty else { return false }
        return values.values.enumerated().allSatisfy { $0 == $1 }
    }
}
