import Foundation

extension HDF5File {
    /// How many bytes a file lacks of the length that its header gives; nothing where it is whole or no HDF5 file.
    ///
    /// Source: HDF5 file format specification 3.0, section II.A (superblocks of versions 0 to 3).
    package static func missingBytes(of url: URL) throws -> Int? {
        let file = try Bytes(mapping: url)
        let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
        guard file.buffer.prefix(8).elementsEqual(signature.prefix(file.count)) else { return nil }
        guard let version = file.number(at: 8, as: UInt8.self) else { return 96 - file.count }
        let place = [0: 40, 1: 44, 2: 28, 3: 28][version]
        guard let place else { return nil }
        guard let end = file.number(at: place, as: UInt64.self) else { return 96 - file.count }
        let missing = Int(clamping: end) - file.count
        return missing > 0 ? missing : nil
    }
}
