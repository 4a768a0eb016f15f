import Foundation

/// The arrays of an `.npz` file, compressed or not.
///
/// ```swift
/// let archive = try NumPyArchive.open("features.npz")
/// let layer = try archive.array("block9").tensor()
/// ```
public struct NumPyArchive: Sendable {
    private let zip: ZipArchive

    /// The names of the arrays in alphabetical order, without `.npy`.
    public let names: [String]

    /// Opens an `.npz` file. Throws `FormatError` if it is not a zip file or cut short.
    public static func open(_ file: some FileLocation) throws -> NumPyArchive {
        let zip = try ZipArchive(file.fileURL)
        return NumPyArchive(
            zip: zip, names: zip.names.map { $0.hasSuffix(".npy") ? String($0.dropLast(4)) : $0 })
    }

    /// The array of that name. Throws `FormatError` if there is none or it is malformed or damaged.
    public func array(_ name: String) throws -> NumPyArray {
        let member = zip.names.contains(name) ? name : name + ".npy"
        guard zip.names.contains(member) else {
            throw FormatError(zip.url, "has no array \"\(name)\"; it has \(names.joined(separator: ", "))")
        }
        return try NumPyArray(try zip.member(member), zip.url, "array \"\(name)\"")
    }

    /// The texts of an array of Python's strings, in row-major order.
    ///
    /// Throws `FormatError` if there is not an array of that name, it holds something else, or it is malformed or damaged.
    public func strings(_ name: String) throws -> [String] {
        try array(name).strings()
    }
}
