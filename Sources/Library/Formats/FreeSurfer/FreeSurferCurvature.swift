import Foundation
import Tensors

/// FreeSurfer's files of one number a vertex: curv, sulc, thickness, area.
enum FreeSurferCurvature {
    /// The numbers; old files have them in hundredths, with 16 bits.
    ///
    /// Numbers are nibabel's. Throws `FormatError` if the file is none of these.
    static func read(_ file: OpenFile) throws -> [Float] {
        var bytes = try FreeSurferBytes(file)
        let magic = try bytes.three("the magic number")
        guard magic == 0xffffff else { return try readOld(&bytes, count: magic, file) }
        let count = try bytes.count("the number of vertices", ofSize: 4)
        _ = try bytes.number(Int32.self, "the number of faces")
        let each = try bytes.number(Int32.self, "the numbers a vertex")
        guard each == 1 else {
            throw FormatError(bytes.url, "the numbers a vertex", expected: "1", found: "\(each)")
        }
        let numbers = try bytes.numbers(.float32, count, "the numbers").tensor(as: Float.self).elements
        try checkEnd(bytes)
        return numbers
    }

    private static func readOld(
        _ bytes: inout FreeSurferBytes, count: Int, _ file: OpenFile
    ) throws -> [Float] {
        _ = try bytes.three("the number of faces")
        // Without a magic number only the length says that a file is one of these.
        guard bytes.rest == 2 * count else {
            throw FormatError(
                bytes.url, "the file",
                expected: "FreeSurfer's curv, which begins with FF FF FF or has 2 bytes for each vertex",
                found: "\(bytes.rest) bytes for \(count) vertices" + kindNote(try file.bytes(upTo: 560)))
        }
        let numbers = try bytes.numbers(.int16, count, "the numbers").tensor(as: Double.self)
        return numbers.elements.map { Float($0 / 100) }
    }

    private static func checkEnd(_ bytes: FreeSurferBytes) throws {
        // FreeSurfer may write tags after the numbers, which begin with a number of 32 bits.
        guard bytes.rest != 0, bytes.rest < 4 else { return }
        throw FormatError(
            bytes.url, "the end of the file", expected: "behind the numbers",
            found: "\(bytes.rest) bytes later")
    }
}
