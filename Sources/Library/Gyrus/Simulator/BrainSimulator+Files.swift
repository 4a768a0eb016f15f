import Brain
import Encoding
import Formats
import Foundation
import FoundationModels
import Tensors
import Training

extension BrainSimulator {
    /// Writes the simulator to one safetensors file: weights, and all about them in its metadata.
    ///
    /// The model itself is not in it, but its name and the hashes of its files. Throws `FormatError` if the file cannot be
    /// written.
    ///
    /// - Parameter file: where to; an existing file is replaced once the new one is whole.
    public func write(to file: some FileLocation) throws {
        var output = SafetensorsFile()
        output.metadata[SimulatorDescription.key] = try SimulatorDescription(self).text
        func add(_ name: String, _ numbers: [Float]) {
            output.entries.append(.init(name: name, shape: [numbers.count]) { numbers })
        }
        func add(_ name: String, _ matrix: Matrix<Float>) {
            output.entries.append(
                .init(name: name, shape: [matrix.rows, matrix.columns]) { matrix.elements })
        }
        add("means", weights.means)
        add("deviations", weights.deviations)
        add("distances", weights.distances)
        add("covariance_factor", weights.covarianceFactor)
        for (index, name) in Self.fits(provenance.runs).enumerated() {
            add("\(name).coefficients", weights.coefficients[index])
            add("\(name).intercepts", weights.intercepts[index])
        }
        for surface in space?.surfaces ?? [] {
            guard let positions = surface.positions else { continue }
            add(
                "positions.\(surface.hemisphere.rawValue)",
                Matrix(rows: positions.count, columns: 3, elements: positions.flatMap { [$0.x, $0.y, $0.z] }))
        }
        try output.write(to: file.fileURL)
    }

    /// The names of the fits: to all runs, and without each.
    private static func fits(_ runs: Int) -> [String] { ["all"] + (0..<runs).map { "without.\($0)" } }

    /// Opens a simulator that was saved.
    ///
    /// Throws `FormatError` if the file is no simulator, and `SimulatorError` if the model is another one than that of the
    /// fit: other files by their hashes, another precision, or momentum twins instead of the towers.
    ///
    /// - Parameters:
    ///   - file: the file.
    ///   - model: what makes the features; nil for the one of the name in the file.
    public static func open(_ file: some FileLocation, model: FoundationModel? = nil) throws -> BrainSimulator
    {
        let url = file.fileURL
        let tensors = try Safetensors.open(url)
        let about = try SimulatorDescription(of: tensors)
        let model = try model ?? FoundationModel.load(about.provenance.identity)
        try about.provenance.check(isOf: model, url)
        let voxels = about.alphas.count
        func vector(_ name: String, _ count: Int?) throws -> [Float] {
            let tensor: Tensor<Float> = try tensors.tensor(name)
            guard tensor.shape.count == 1, count == nil || tensor.shape[0] == count else {
                throw FormatError(
                    url, "the shape of \"\(name)\"",
                    expected: count.map { "\($0) numbers" } ?? "one dimension",
                    found: "\(tensor.shape)")
            }
            return tensor.elements
        }
        func matrix(_ name: String, _ rows: Int, _ columns: Int) throws -> Matrix<Float> {
            let tensor: Tensor<Float> = try tensors.tensor(name)
            guard tensor.shape == [rows, columns] else {
                throw FormatError(
                    url, "the shape of \"\(name)\"", expected: "\(rows) x \(columns)",
                    found: "\(tensor.shape)")
            }
            return tensor.matrix
        }
        let means = try vector("means", nil)
        let features = means.count
        let fits = Self.fits(about.provenance.runs)
        let weights = SimulatorWeights(
            means: means, deviations: try vector("deviations", features),
            coefficients: try fits.map { try matrix("\($0).coefficients", features, voxels) },
            intercepts: try fits.map { try vector("\($0).intercepts", voxels) },
            covarianceFactor: try matrix("covariance_factor", features, features),
            distances: try vector("distances", nil))
        return BrainSimulator(
            name: about.name, modality: about.modality, model: model, provenance: about.provenance,
            scores: try VoxelScores(r2: about.r2, r: about.r), alphas: about.alphas, ceilings: about.ceilings,
            space: try about.voxelSpace(tensors), regions: about.regionsOfVoxels, residuals: about.residuals,
            weights: weights)
    }
}

extension SimulatorProvenance {
    /// Throws `SimulatorError` if the features of a model are not those of the fit.
    fileprivate func check(isOf model: FoundationModel, _ url: URL) throws {
        let own = try model.identity()
        for (what, came, expected) in [
            ("weights have the SHA-256", "\(own.weights.prefix(12))…", "\(identity.weights.prefix(12))…"),
            ("settings have the SHA-256", "\(own.settings.prefix(12))…", "\(identity.settings.prefix(12))…"),
            ("network is", own.network, identity.network),
        ] where came != expected {
            throw SimulatorError(
                "\(url.lastPathComponent) was fitted with a model \(self.model) whose \(what) \(expected), not \(came) as that of \(model.name)"
            )
        }
    }
}
