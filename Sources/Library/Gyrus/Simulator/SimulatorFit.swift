import Brain
import Encoding
import FoundationModels
import Tensors

/// The fit of a simulator: to all runs, and without each run for scores, residuals and errors.
struct SimulatorFit {
    let study: Study
    let model: FoundationModel
    let modality: BrainSimulator.Modality
    let ceilings: [Double]?
    let options: BrainSimulator.Options

    /// Throws `SimulatorError` if stimuli, runs or ceilings do not fit the study.
    init(
        _ study: Study, _ model: FoundationModel, _ modality: BrainSimulator.Modality, count: Int,
        _ ceilings: [Double]?, _ options: BrainSimulator.Options
    ) throws {
        let samples = study.responses.rows
        guard count == samples else {
            throw SimulatorError("\(count) \(modality.rawValue) came for the \(samples) samples of the study")
        }
        guard study.runs.count >= 3 else {
            throw SimulatorError(
                "a simulator needs at least 3 runs, since each is left out once; the study has \(study.runs.count)"
            )
        }
        if let ceilings, ceilings.count != study.responses.columns {
            throw SimulatorError(
                "\(ceilings.count) ceilings came for the \(study.responses.columns) voxels of the study")
        }
        self.study = study
        self.model = model
        self.modality = modality
        self.ceilings = ceilings
        self.options = options
    }

    func simulator(of features: FeatureSet) throws -> BrainSimulator {
        let runs = study.runs
        let joined = Matrix.joined(features.map(\.matrix))
        let scaler = StandardScaler().fit(joined)
        var weights = SimulatorWeights(
            means: scaler.means.map(Float.init), deviations: scaler.deviations.map(Float.init))
        let standardized = weights.standardized(joined)
        var prepared = standardized
        if let time = options.repetitionTime {
            prepared = try standardized.convolved(
                with: options.hemodynamics, repetitionTime: time, runs: runs)
        }
        var responses = study.responses
        if let drift = options.drift { responses = try responses.detrended(drift, runs: runs) }
        responses = try responses.zScored(runs: runs)

        // Scores come from the runs that are left out below.
        var ridge = options.ridge
        ridge.scoresHeldOut = false
        let whole = try ridge.fit(prepared, to: responses, runs: runs)
        weights.add(whole)
        var predicted: [Matrix<Float>] = []
        for range in runs.ranges {
            try Task.checkCancellation()
            let kept = (0..<responses.rows).filter { !range.contains($0) }
            var part = ridge
            part.folds = try ridge.folds.subset(kept)
            let fit = try part.fit(
                prepared.rows(at: kept), to: responses.rows(at: kept), runs: runs.subset(kept))
            weights.add(fit)
            predicted.append(try fit.predict(prepared.rows(range)))
            weights.distances += FeatureDistance.distances(
                standardized.rows(range), try FeatureDistance.factor(standardized.rows(at: kept)))
        }
        weights.distances.sort()
        weights.covarianceFactor = try FeatureDistance.factor(standardized)
        let heldOut = Matrix.stacked(predicted)
        return BrainSimulator(
            name: study.name, modality: modality, model: model, provenance: try provenance(features),
            scores: try VoxelScores(predictions: heldOut, responses: responses), alphas: whole.bestAlphas,
            ceilings: ceilings, space: study.spaceIfKnown, regions: study.regionsIfKnown,
            residuals: SimulatorFit.residuals(heldOut, responses), weights: weights)
    }

    private func provenance(_ features: FeatureSet) throws -> SimulatorProvenance {
        var pipeline = ["features standardized"]
        if let time = options.repetitionTime {
            pipeline.append("convolved with a hemodynamic response at \(time) s")
        }
        if let drift = options.drift { pipeline.append("responses without drift: \(drift)") }
        pipeline += ["responses standardized within runs", "ridge regression"]
        return SimulatorProvenance(
            identity: try model.identity(), layers: features.names, pooling: features.pooling.rawValue,
            transform: modality == .images ? try model.image.transform.description : "", pipeline: pipeline,
            repetitionTime: options.repetitionTime,
            hemodynamics: options.repetitionTime.map { _ in options.hemodynamics },
            samples: study.responses.rows, runs: study.runs.count, alphas: options.ridge.alphas.values)
    }

    private static func residuals(_ predicted: Matrix<Float>, _ responses: Matrix<Float>) -> [Double] {
        (0..<responses.columns).map { column in
            var sum = 0.0
            for row in 0..<responses.rows {
                let difference = Double(responses[row, column] - predicted[row, column])
                sum += difference * difference
            }
            return (sum / Double(max(responses.rows, 1))).squareRoot()
        }
    }
}
