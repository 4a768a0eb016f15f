import Formats
import Foundation
import Tensors

extension BrainSimulator {
    /// What is known of a simulator's file without opening its model.
    public struct Entry: Sendable, Equatable {
        public let file: URL
        public let name: String
        public let modality: Modality
        public let provenance: SimulatorProvenance
        public let voxelCount: Int
        /// The mean held-out r over the voxels that have one.
        public let meanR: Double
    }

    /// The simulators in a folder, by the names of their files; other safetensors files are left out.
    ///
    /// - Parameter folder: the folder.
    ///
    /// Throws `FormatError` if a simulator's file cannot be read, and what reading the folder throws.
    public static func list(in folder: some FileLocation) throws -> SimulatorList {
        let files = try FileManager.default.contentsOfDirectory(
            at: folder.fileURL, includingPropertiesForKeys: nil)
        let entries = try files.filter { $0.pathExtension == "safetensors" }.sorted { $0.path < $1.path }
            .compactMap { file -> Entry? in
                let tensors = try Safetensors.open(file)
                guard tensors.metadata[SimulatorDescription.key] != nil else { return nil }
                let about = try SimulatorDescription(of: tensors)
                return Entry(
                    file: file, name: about.name, modality: about.modality, provenance: about.provenance,
                    voxelCount: about.alphas.count, meanR: about.r.nanmean())
            }
        return SimulatorList(entries: entries)
    }
}

/// The simulators of a folder.
public struct SimulatorList: Sendable, Equatable {
    public let entries: [BrainSimulator.Entry]
}
