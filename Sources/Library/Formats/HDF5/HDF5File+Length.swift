import Foundation

extension HDF5File {
    private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

    /// Where the file begins as HDF5: at 0, or after a user block of 512, 1024, … bytes, as MATLAB has it.
    ///
    /// Nil if it does so nowhere. A beginning of fewer than 8 bytes counts, so that a file cut short is known as such.
    private static func start(in file: OpenFile) throws -> Int? {
        var place = 0
        while place < file.count {
            guard let found = try file.bytes(at: place, count: min(8, file.count - place)) else { return nil }
            if found.buffer.elementsEqual(signature.prefix(found.count)) { return place }
            place = place == 0 ? 512 : place * 2
        }
        return nil
    }

    /// Whether a file begins as HDF5 does, even if it is cut short; an empty file does.
    static func isHDF5(_ url: URL) throws -> Bool {
        if try FileVersion(url).size == 0 { return true }
        return try start(in: OpenFile(url)) != nil
    }

    /// How many bytes a file lacks of the length that its header gives; nil if it is whole or no HDF5 file.
    ///
    /// Source: HDF5 file format specification 3.0, section II.A (superblocks of versions 0 to 3).
    package static func missingBytes(of url: URL) throws -> Int? {
        if try FileVersion(url).size == 0 { return 96 }
        let file = try OpenFile(url)
        guard let start = try start(in: file) else { return nil }
        guard let head = try file.bytes(at: start, count: min(96, file.count - start)),
            let version = head.number(at: 8, as: UInt8.self)
        else { return 96 - (file.count - start) }
        // Addresses of another size than 8 bytes are rare, and lie elsewhere.
        guard let place = [0: 40, 1: 44, 2: 28, 3: 28][version],
            head.number(at: version < 2 ? 13 : 9, as: UInt8.self) == 8
        else { return nil }
        guard let end = head.number(at: place, as: UInt64.self) else { return 96 - head.count }
        let missing = Int(clamping: end) - file.count
        return missing > 0 ? missing : nil
    }
}
