import Brain
import Encoding
import Formats
import Foundation
import Tensors

/// What a simulator's file says beside its numbers.
struct SimulatorDescription: Codable {
    /// The key of the description among the metadata of a file, and its version.
    static let key = "gyrus_simulator"
    private static let version = 1

    struct Surface: Codable {
        let hemisphere: Hemisphere
        let meshVertexCount: Int
        let vertices: [Int]
    }

    struct Space: Codable {
        let shape: [Int]
        let indices: [Int]
        /// nil if it is not known.
        let affine: [[Double]]?
        let surfaces: [Surface]
        let points: [SIMD3<Double>]
    }

    struct Area: Codable {
        let id: Int
        let name: String
        let group: String
        let color: SIMD4<Float>?
    }

    let version: Int
    let name: String
    let modality: BrainSimulator.Modality
    let provenance: SimulatorProvenance
    let space: Space?
    let regions: [Area]?
    /// The place of each voxel's region; -1 for none.
    let places: [Int]?
    // Numbers that a file of floats would round; they may be NaN.
    let alphas: [Double]
    let r2: [Double]
    let r: [Double]
    let residuals: [Double]
    let ceilings: [Double]?

    init(_ simulator: BrainSimulator) {
        version = Self.version
        name = simulator.name
        modality = simulator.modality
        provenance = simulator.provenance
        space = simulator.space.map(Space.init)
        regions = simulator.regions?.regions.map {
            Area(id: $0.id, name: $0.name, group: $0.group, color: $0.color)
        }
        places = simulator.regions?.places.map { $0 ?? -1 }
        alphas = simulator.alphas
        r2 = simulator.scores.r2
        r = simulator.scores.r
        residuals = simulator.residuals
        ceilings = simulator.ceilings
    }

    /// The description as the metadata holds it.
    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            encoder.nonConformingFloatEncodingStrategy = .convertToString(
                positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// The description in a file; throws `FormatError` if it has none, or one whose parts do not fit.
    init(of file: Safetensors) throws {
        guard let text = file.metadata[Self.key] else {
            throw FormatError(file.url, "is no simulator: its metadata have no \"\(Self.key)\"")
        }
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            self = try decoder.decode(SimulatorDescription.self, from: Data(text.utf8))
        } catch {
            throw FormatError(file.url, "is no simulator that this version can read: \(error)")
        }
        guard version == Self.version else {
            throw FormatError(
                file.url, "the version of the simulator", expected: "\(Self.version)", found: "\(version)")
        }
        // Each run has its own weights in the file.
        guard (1...max(1, file.entries.count)).contains(provenance.runs) else {
            throw FormatError(
                file.url, "the number of runs of the fit", expected: "1 or more, each with its weights",
                found: "\(provenance.runs)")
        }
        guard provenance.samples >= provenance.runs else {
            throw FormatError(
                file.url, "the number of samples of the fit",
                expected: "\(provenance.runs) or more, as there are runs", found: "\(provenance.samples)")
        }
        if let time = provenance.repetitionTime, !(time > 0 && time.isFinite) {
            throw FormatError(
                file.url, "the repetition time", expected: "a finite number above 0", found: "\(time)")
        }
        let voxels = alphas.count
        for (what, count) in [
            ("R2", r2.count), ("r", r.count), ("residuals", residuals.count),
            ("ceilings", ceilings?.count ?? voxels), ("places of regions", places?.count ?? voxels),
        ] where count != voxels {
            throw FormatError(file.url, "the \(what)", expected: "\(voxels), as alphas", found: "\(count)")
        }
        if let place = places?.first(where: { $0 < -1 || $0 >= regions?.count ?? 0 }) {
            throw FormatError(
                file.url, "the place of a region", expected: "-1 to \((regions?.count ?? 0) - 1)",
                found: "\(place)")
        }
    }

    /// The region of each voxel; nil if none are known.
    var regionsOfVoxels: Regions? {
        guard let regions, let places else { return nil }
        return Regions(
            regions.map { Region(id: $0.id, name: $0.name, group: $0.group, color: $0.color) },
            places: places.map { $0 < 0 ? nil : $0 })
    }

    /// Where the voxels lie, with the positions that the file has; nil if it is not known.
    func voxelSpace(_ file: Safetensors) throws -> VoxelSpace? {
        guard let space else { return nil }
        let result: VoxelSpace
        do { result = try space.space(file) } catch let error as BrainError {
            throw FormatError(file.url, "has a voxel space that is none: \(error)")
        }
        guard result.count == alphas.count else {
            throw FormatError(
                file.url, "the voxel space", expected: "of \(alphas.count) voxels", found: "\(result.count)")
        }
        return result
    }
}

extension SimulatorDescription.Space {
    init(_ space: VoxelSpace) {
        shape = space.shape
        indices = space.indices
        affine = space.hasKnownAffine ? space.affine : nil
        surfaces = space.surfaces.map {
            SimulatorDescription.Surface(
                hemisphere: $0.hemisphere, meshVertexCount: $0.meshVertexCount, vertices: $0.vertices)
        }
        points = space.points
    }

    func space(_ file: Safetensors) throws -> VoxelSpace {
        var parts: [VoxelSpace] = []
        if !surfaces.isEmpty {
            parts.append(
                try VoxelSpace(
                    surfaces: surfaces.map {
                        try SurfaceVertices(
                            $0.hemisphere, of: $0.meshVertexCount, vertices: $0.vertices,
                            positions: positions($0, file))
                    }))
        }
        if !indices.isEmpty { parts.append(try VoxelSpace(shape: shape, indices: indices, affine: affine)) }
        if !points.isEmpty {
            parts.append(try VoxelSpace(coordinates: points.map { [$0.x, $0.y, $0.z] }))
        }
        return try VoxelSpace(joining: parts)
    }

    private func positions(
        _ surface: SimulatorDescription.Surface, _ file: Safetensors
    ) throws -> [SIMD3<Float>]? {
        let name = "positions.\(surface.hemisphere.rawValue)"
        guard file.entries[name] != nil else { return nil }
        let tensor: Tensor<Float> = try file.tensor(name)
        guard tensor.shape == [surface.vertices.count, 3] else {
            throw FormatError(
                file.url, "the shape of \"\(name)\"", expected: "\(surface.vertices.count) x 3",
                found: "\(tensor.shape)")
        }
        let numbers = tensor.elements
        return surface.vertices.indices.map {
            SIMD3(numbers[3 * $0], numbers[3 * $0 + 1], numbers[3 * $0 + 2])
        }
    }
}
