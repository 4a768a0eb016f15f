import Tensors

// Former names: the compiler suggests the new name.

extension RidgeFit {
    @available(*, unavailable, renamed: "score(_:to:)")
    public func score(_ features: Matrix<Element>, _ responses: Matrix<Element>) throws -> VoxelScores {
        fatalError()
    }
}

extension KernelRidgeFit {
    @available(*, unavailable, renamed: "score(_:to:)")
    public func score(_ features: Matrix<Element>, _ responses: Matrix<Element>) throws -> VoxelScores {
        fatalError()
    }

    @available(*, unavailable, renamed: "dualCoefficients")
    public var dualWeights: Matrix<Element> { fatalError() }
}

extension BandedRidgeFit {
    @available(*, unavailable, renamed: "score(_:to:)")
    public func score(_ bands: [Matrix<Element>], _ responses: Matrix<Element>) throws -> VoxelScores {
        fatalError()
    }

    @available(*, unavailable, renamed: "splitScores(_:to:)")
    public func splitScores(_ bands: [Matrix<Element>], _ responses: Matrix<Element>) throws -> SplitScores {
        fatalError()
    }
}

extension GroupRidgeFit {
    @available(*, unavailable, renamed: "score(_:to:)")
    public func score(_ features: Matrix<Element>, _ responses: Matrix<Element>) throws -> VoxelScores {
        fatalError()
    }

    @available(*, unavailable, renamed: "splitScores(_:to:)")
    public func splitScores(_ features: Matrix<Element>, _ responses: Matrix<Element>) throws -> SplitScores {
        fatalError()
    }
}

extension PipelineFit {
    @available(*, unavailable, renamed: "score(_:to:runs:)")
    public func score(
        _ features: Matrix<Element>, _ responses: Matrix<Element>, runs: Runs? = nil
    ) throws -> VoxelScores {
        fatalError()
    }
}

extension EncodingModel {
    @available(*, unavailable, renamed: "heldOutPredictions(_:to:outer:runs:)")
    public func heldOutPredictions<Element: Scalar>(
        _ features: Matrix<Element>, of responses: Matrix<Element>, outer: Folds, runs: Runs? = nil
    ) throws -> HeldOutPredictions<Element> {
        fatalError()
    }

    @available(*, unavailable, renamed: "transferScores(from:to:runs:targetRuns:centersOnTarget:)")
    public func transferScores<Element: Scalar>(
        from source: (features: Matrix<Element>, responses: Matrix<Element>),
        to target: (features: Matrix<Element>, responses: Matrix<Element>), runs: Runs? = nil,
        targetRuns: Runs? = nil, centresOnTarget: Bool
    ) throws -> VoxelScores {
        fatalError()
    }
}

extension VariancePartition {
    @available(*, unavailable, renamed: "init(_:to:model:outer:runs:)")
    public init<Element: Scalar>(
        of responses: Matrix<Element>, by spaces: KeyValuePairs<String, Matrix<Element>>,
        model: some EncodingModel, outer: Folds, runs: Runs? = nil
    ) throws {
        fatalError()
    }
}

extension Folds {
    @available(*, unavailable, renamed: "kFold(_:shuffledWithSeed:)")
    public static func shuffledKFold(_ count: Int, seed: UInt32) -> Folds { fatalError() }
}

extension RidgeFile {
    @available(*, unavailable, renamed: "coefficients(of:as:)")
    public func weights<Element: Scalar>(
        of range: Range<Int>, as type: Element.Type = Float.self
    ) throws -> Matrix<Element> {
        fatalError()
    }
}

extension Ridge {
    @available(*, unavailable, renamed: "fit(_:to:file:runs:memoryLimit:)")
    public func fit<Element: Scalar>(
        _ features: Matrix<Element>, responses: Any, toFile path: String, runs: Runs? = nil,
        memory: MemoryLimit = .gigabytes(2)
    ) throws -> RidgeFile {
        fatalError()
    }
}

extension StandardScaler {
    @available(*, unavailable, renamed: "init(centers:scales:byRun:)")
    public init(centres: Bool, scales: Bool = true, byRun: Bool = false) { fatalError() }
}

extension PCA.Solver {
    @available(*, unavailable, renamed: "randomized(seed:)")
    public static func randomised(seed: UInt32) -> PCA.Solver { fatalError() }
}

extension VoxelScores {
    @available(*, unavailable, renamed: "normalized(byCeiling:least:)")
    public func normalised(byCeiling ceiling: [Double], least: Double = 0.1) throws -> VoxelScores {
        fatalError()
    }
}

extension BandedRidge {
    @available(*, unavailable, renamed: "LuEtAl2022.model(seed:)")
    public static func textAnalysis(seed: UInt32 = 1) -> BandedRidge { fatalError() }
}

@available(*, unavailable, renamed: "KernelRidge.Kernel")
public typealias Kernel = KernelRidge.Kernel

@available(*, unavailable, renamed: "HemodynamicResponse")
public typealias HaemodynamicResponse = HemodynamicResponse

@available(*, unavailable, renamed: "HemodynamicConvolution")
public typealias HaemodynamicConvolution = HemodynamicConvolution

@available(*, unavailable, renamed: "LuEtAl2022.splitScores(multimodal:unimodal:to:seed:)")
public func textAnalysis<Element: Scalar>(
    multimodal: Matrix<Element>, unimodal: Matrix<Element>, responses: Matrix<Element>, seed: UInt32 = 1
) throws -> SplitScores {
    fatalError()
}

@available(*, unavailable, renamed: "PairedTest.t(_:)")
public func pairedT(_ differences: [Double]) throws -> PairedTest { fatalError() }

@available(*, unavailable, renamed: "PairedTest.wilcoxon(_:)")
public func wilcoxonSignedRank(_ differences: [Double]) throws -> PairedTest { fatalError() }

@available(*, unavailable, renamed: "PairedTest.signFlips(_:flips:seed:)")
public func signFlipTest(_ differences: [Double], flips: Int = 10_000, seed: UInt32 = 0) throws -> PairedTest
{
    fatalError()
}

@available(*, unavailable, renamed: "PermutationTest.signFlips(_:flips:seed:)")
public func signFlipTest(
    _ differences: Matrix<Double>, flips: Int = 10_000, seed: UInt32 = 0
) throws -> PermutationTest {
    fatalError()
}

@available(
    *, unavailable,
    renamed: "PermutationTest.modelExchange(first:second:responses:blockLength:runs:permutations:seed:)"
)
public func modelExchangeTest<Element: Scalar>(
    first: Matrix<Element>, second: Matrix<Element>, responses: Matrix<Element>, blockLength: Int? = nil,
    runs: Runs? = nil, permutations: Int = 10_000, seed: UInt32 = 0
) throws -> PermutationTest {
    fatalError()
}

@available(
    *, unavailable,
    renamed: "PermutationTest.blocks(predictions:responses:blockLength:runs:permutations:seed:)"
)
public func blockPermutationTest<Element: Scalar>(
    predictions: Matrix<Element>, responses: Matrix<Element>, blockLength: Int? = nil, runs: Runs? = nil,
    permutations: Int = 1000, seed: UInt32 = 0
) throws -> PermutationTest {
    fatalError()
}

@available(
    *, unavailable, renamed: "BootstrapInterval.init(of:resamples:level:method:seed:statistic:)"
)
public func bootstrapInterval(
    _ values: [Double], resamples: Int = 9999, level: Double = 0.95, method: BootstrapMethod = .bca,
    seed: UInt32 = 0, statistic: ([Double]) -> Double = { _ in 0 }
) throws -> BootstrapInterval {
    fatalError()
}

@available(
    *, unavailable,
    renamed: "ScoreIntervals.init(predictions:responses:blockLength:runs:resamples:level:seed:)"
)
public func bootstrapScores<Element: Scalar>(
    predictions: Matrix<Element>, responses: Matrix<Element>, blockLength: Int? = nil, runs: Runs? = nil,
    resamples: Int = 1000, level: Double = 0.95, seed: UInt32 = 0
) throws -> ScoreIntervals {
    fatalError()
}

@available(*, unavailable, message: "it is a method of the p values: p.falseDiscoveryRates()")
public func falseDiscoveryRates(_ p: [Double]) throws -> [Double] { fatalError() }

@available(*, unavailable, renamed: "NoiseCeiling.explainableVariance(of:biasCorrected:zScored:)")
public func explainableVariance<Element: Scalar>(
    repeats: [Matrix<Element>], biasCorrected: Bool = true, zScored: Bool = true
) throws -> [Double] {
    fatalError()
}

@available(*, unavailable, renamed: "NoiseCeiling.init(explainableVariance:repeats:)")
public func noiseCeiling(explainableVariance: [Double], repeats: Int) throws -> [Double] { fatalError() }

@available(*, unavailable, renamed: "NoiseCeiling.init(of:)")
public func noiseCeiling<Element: Scalar>(of repeats: [Matrix<Element>]) throws -> [Double] { fatalError() }

@available(*, unavailable, message: "it is Identification(predictions:responses:).accuracy")
public func identificationAccuracy<Element: Scalar>(
    predictions: Matrix<Element>, responses: Matrix<Element>
) throws -> Double {
    fatalError()
}

@available(*, unavailable, message: "it is Identification(predictions:responses:).twoVersusTwoAccuracy")
public func twoVersusTwoAccuracy<Element: Scalar>(
    predictions: Matrix<Element>, responses: Matrix<Element>
) throws -> Double {
    fatalError()
}
