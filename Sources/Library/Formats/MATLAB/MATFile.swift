import Foundation

/// A MATLAB file of version 4, 5 (which 6 and 7 are too) or 7.3: its variables, each read when it is asked for.
///
/// ```swift
/// let file = try MATFile.open("examples_384sentences.mat")
/// file.names                                              // ["examples", "keySentences", "meta", …]
/// let responses = try file["examples"].matrix()           // sentences x voxels
/// let regions = try file["meta"]["roiMultimaskAAL"].elements.map { try $0.integers() }
/// ```
///
/// Keep a variable in a constant if you need it twice: each subscript reads it again. Versions 4 and 5 are read by
/// Gyrus itself, because libmatio believes what a damaged file claims: it allocates the product of any dimensions and
/// follows structs of any depth. Here every length is compared with the bytes that are there before memory is taken,
/// compressed data may not be longer than deflate can make it, and depth is limited. Version 7.3 is HDF5.
/// Source: MathWorks' "MAT-File Format" (R2019b) and Appendix on version 4; `scipy.io.matlab` for what files really hold.
public struct MATFile: Sendable {
    /// Where the file is.
    public let url: URL
    /// `4`, `5` or `7.3`.
    public let version: String
    let variables: [Variable]

    struct Variable: Sendable {
        let name: String
        let className: String
        /// Nil if it is not known before the variable is read.
        let shape: [Int]?
        let read: @Sendable () throws -> MATValue
    }

    /// Opens a file and reads the names of its variables.
    ///
    /// Throws `FormatError` if the file is not a MATLAB file, is malformed, or is cut short.
    public static func open(_ file: some FileLocation) throws -> MATFile {
        let url = file.fileURL
        let file = try OpenFile(url)
        guard let head = try file.bytes(upTo: 560), head.count >= 4 else {
            throw FormatError(url, "is too short for a MATLAB file: it has \(file.count) bytes")
        }
        if try HDF5File.isHDF5(url) {
            return MATFile(url: url, version: "7.3", variables: try MAT73Reader.variables(url))
        }
        if let isBigEndian = MAT5Reader.byteOrder(head) {
            return MATFile(
                url: url, version: "5", variables: try MAT5Reader.variables(file, bigEndian: isBigEndian))
        }
        if MAT4Header(head, at: 0) != nil {
            return MATFile(url: url, version: "4", variables: try MAT4Reader.variables(file))
        }
        if String(decoding: head.data.prefix(10), as: UTF8.self) == "MATLAB 7.3" {
            throw FormatError(
                url, "is a MATLAB file of version 7.3 without its HDF5 part: it is damaged or cut short")
        }
        throw FormatError(url, "is no MATLAB file\(kindNote(head))")
    }

    /// The names of the variables in the file's order.
    public var names: [String] { variables.map(\.name) }

    /// The variable of that name.
    ///
    /// Throws `FormatError` if there is none or several, or it is malformed or does not fit into memory.
    public subscript(name: String) -> MATValue {
        get throws {
            let found = variables.filter { $0.name == name }
            guard let variable = found.first else {
                throw FormatError(url, "has no variable \"\(name)\"; it has \(names.joined(separator: ", "))")
            }
            guard found.count == 1 else {
                throw FormatError(
                    url,
                    "has \(found.count) variables of the name \"\(name)\", of which nobody can say which is meant"
                )
            }
            return try variable.read()
        }
    }
}
