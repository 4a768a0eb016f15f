import Formats
import Foundation

extension RegionMask {
    private static let endings = [".nii.gz", ".nii", ".mgz", ".mgh"]

    /// The images in a folder, by name.
    static func filesOfMasks(_ folder: URL) throws -> [URL] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        } catch {
            throw BrainError.value(
                what: "the folder \(folder.path)", got: "one that cannot be listed",
                expected: "a folder of masks")
        }
        return names.filter { name in !name.hasPrefix(".") && endings.contains { name.hasSuffix($0) } }
            .sorted().map { folder.appendingPathComponent($0) }
    }

    /// A file's name without what says its kind.
    static func bareName(_ file: String) -> String {
        endings.first { file.hasSuffix($0) }.map { String(file.dropLast($0.count)) } ?? file
    }
}
