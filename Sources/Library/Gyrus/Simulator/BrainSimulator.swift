import Brain
import Encoding
import FoundationModels
import Tensors

/// A fitted encoding model with the model whose features it needs: a brain whose responses to new stimuli can be
/// predicted.
///
/// ```swift
/// let simulator = try BrainSimulator(
///     of: study, model: model, layers: "block 2", images: frames,
///     options: .init(repetitionTime: 2))
/// let response = try simulator.respond(to: pictures)      // a map for each picture, with its standard error
/// try simulator.contrast(faces, against: places)          // by region, with q
/// try simulator.write(to: "sub-01.safetensors")
/// ```
///
/// What it says is what a linear model of one subject's recording predicts: no measurement, and worth as much as the
/// held-out scores that it shows.
public struct BrainSimulator: Sendable {
    /// What a stimulus is.
    public enum Modality: String, Sendable, CaseIterable, Codable {
        case images, texts
    }

    /// How features and responses are prepared, and which ridge regression is fitted.
    public struct Options: Sendable {
        /// Alphas and folds. The folds choose alphas; each run is left out once more for scores and errors.
        public var ridge: Ridge
        /// The time from one sample to the next in seconds; nil for responses to single stimuli, which are not convolved.
        public var repetitionTime: Double?
        /// The hemodynamic response by which features are convolved.
        public var hemodynamics: HemodynamicResponse
        /// The drift that is removed from the responses of each run; nil for none.
        public var drift: Drift?

        /// Options of a fit.
        ///
        /// - Parameters:
        ///   - ridge: alphas and the folds by which they are chosen.
        ///   - repetitionTime: the seconds from one sample to the next; nil for responses to single stimuli.
        ///   - hemodynamics: the hemodynamic response by which features are convolved, if there is a repetition time.
        ///   - drift: what is removed from the responses of each run; nil for none.
        public init(
            ridge: Ridge = Ridge(alphas: .logspace(0, 5, count: 11), showsProgress: false),
            repetitionTime: Double? = nil, hemodynamics: HemodynamicResponse = .spm, drift: Drift? = nil
        ) {
            self.ridge = ridge
            self.repetitionTime = repetitionTime
            self.hemodynamics = hemodynamics
            self.drift = drift
        }
    }

    /// The subject or the study.
    public let name: String
    public let modality: Modality
    /// What makes the features.
    public let model: FoundationModel
    /// How the features are made, and of what the fit was.
    public let provenance: SimulatorProvenance
    /// R2 and r of each voxel on runs that were left out, alphas chosen without them.
    public let scores: VoxelScores
    /// The alpha of each voxel.
    public let alphas: [Double]
    /// The best r that any model can reach in each voxel; nil if it is not known.
    public let ceilings: [Double]?
    /// Where the voxels lie; nil if it is not known.
    public let space: VoxelSpace?
    /// The region of each voxel; nil if it is not known.
    public let regions: Regions?
    /// The deviation of what was measured about what was predicted, on runs that were left out, in deviations of a voxel.
    public let residuals: [Double]
    let weights: SimulatorWeights

    /// How many voxels there are.
    public var voxelCount: Int { alphas.count }
}

extension BrainSimulator {
    /// Fits a simulator to a study whose stimuli were images.
    ///
    /// Features are standardized over the study's stimuli and convolved with the hemodynamic response; responses lose
    /// their drift and are standardized within runs, so that all predictions are in deviations of a voxel.
    ///
    /// - Parameters:
    ///   - study: responses, runs, and where the voxels lie.
    ///   - model: what makes the features.
    ///   - layers: the layers whose features are taken, side by side.
    ///   - pooling: how the positions of an image become one vector; nil for the network's own way.
    ///   - images: the image of each sample.
    ///   - ceilings: the best r that any model can reach in each voxel; nil if it is not known.
    ///   - options: how all is prepared and fitted.
    ///
    /// Throws `SimulatorError` if there is not one image for each sample or fewer than three runs, and what features and
    /// fit throw.
    public init(
        of study: Study, model: FoundationModel, layers: LayerSelection, pooling: Pooling? = nil,
        images: any ImageSource, ceilings: [Double]? = nil, options: Options = Options()
    ) throws {
        let fit = try SimulatorFit(study, model, .images, count: images.count, ceilings, options)
        self = try fit.simulator(
            of: model.image.features(of: images, layers: layers, pooling: pooling, showsProgress: false))
    }

    /// Fits a simulator to a study whose stimuli were texts; see the one of images.
    ///
    /// - Parameters:
    ///   - study: responses, runs, and where the voxels lie.
    ///   - model: what makes the features.
    ///   - layers: the layers whose features are taken, side by side.
    ///   - pooling: how the tokens of a text become one vector; nil for the network's own way.
    ///   - texts: the text of each sample.
    ///   - ceilings: the best r that any model can reach in each voxel; nil if it is not known.
    ///   - options: how all is prepared and fitted.
    public init(
        of study: Study, model: FoundationModel, layers: LayerSelection, pooling: Pooling? = nil,
        texts: [String], ceilings: [Double]? = nil, options: Options = Options()
    ) throws {
        let fit = try SimulatorFit(study, model, .texts, count: texts.count, ceilings, options)
        self = try fit.simulator(
            of: model.features(of: texts, layers: layers, pooling: pooling, showsProgress: false))
    }
}

/// How a simulator's features are made, and of what it was fitted.
public struct SimulatorProvenance: Sendable, Equatable, Codable {
    /// Which network of which files makes the features.
    let identity: ModelIdentity
    /// The names of the layers, whose features stand side by side.
    public var layers: [String]
    /// How tokens or places became one vector.
    public var pooling: String
    /// What is done to an image before the tower sees it; empty for texts.
    public var transform: String
    /// The preparation of features and responses, first step first.
    public var pipeline: [String]
    /// The seconds from one sample to the next; nil for responses to single stimuli.
    public var repetitionTime: Double?
    /// The hemodynamic response by which features are convolved; nil for responses to single stimuli.
    public var hemodynamics: HemodynamicResponse?
    /// The samples and the runs of the fit.
    public var samples: Int
    public var runs: Int
    /// The grid of alphas.
    public var alphas: [Double]

    /// The model's name, as it was loaded.
    public var model: String { identity.name }
    /// The SHA-256 of the model's weights.
    public var weightsHash: String { identity.weights }
    /// The SHA-256 of the model's configuration and of the tokenizer's files.
    public var settingsHash: String { identity.settings }
    /// What the files alone do not tell: architecture, precision, and whether the towers are momentum twins.
    public var network: String { identity.network }
}
