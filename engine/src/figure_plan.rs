use crate::figure::{Figure, Point};
use crate::verify::{
    Engine, Experiment, JudgeError, Parameters, Procedure, Profile, Quantities, Request, SettingKey,
    statistic,
};

type Requests = Box<dyn Fn(Profile) -> Result<Vec<Request>, JudgeError> + Send + Sync>;
type Draw<F> = Box<dyn Fn(&Trials<'_>) -> Result<F, JudgeError> + Send + Sync>;

/// A figure to be, of whatever form: the trials it needs and how it is made from them.
pub struct FigurePlan<F = Figure> {
    /// `<part>/<name>`.
    pub id: String,
    requests: Requests,
    draw: Draw<F>,
}

/// The trials that a figure may look at.
#[derive(Debug, Clone, Copy)]
pub struct Trials<'a> {
    engine: &'a Engine,
    requests: &'a [Request],
}

impl<F> FigurePlan<F> {
    /// A figure from the trials that `requests` asks for.
    pub fn new(
        id: impl Into<String>,
        requests: impl Fn(Profile) -> Result<Vec<Request>, JudgeError> + Send + Sync + 'static,
        draw: impl Fn(&Trials<'_>) -> Result<F, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        Self { id: id.into(), requests: Box::new(requests), draw: Box::new(draw) }
    }

    /// The trials needed.
    pub fn requests(&self, profile: Profile) -> Result<Vec<Request>, JudgeError> {
        (self.requests)(profile)
    }

    /// The figure, from the trials in the engine's store.
    pub fn figure(&self, engine: &Engine) -> Result<F, JudgeError> {
        let requests = self.requests(engine.options().profile)?;
        (self.draw)(&Trials { engine, requests: &requests })
    }
}

impl Trials<'_> {
    /// The profile drawn for.
    pub fn profile(&self) -> Profile {
        self.engine.options().profile
    }

    /// The trials of the experiment `E` at `setting`; an error where the plan did not ask for them or none is stored.
    pub fn of<E: Experiment>(&self, setting: &E::Setting) -> Result<Vec<E::Outcome>, JudgeError> {
        self.by(&Procedure::of::<E>(), setting)
    }

    /// The trials of `procedure` at `setting`; an error where the plan did not ask for them or none is stored.
    pub fn by<S: Parameters, O: Quantities>(
        &self,
        procedure: &Procedure<S, O>,
        setting: &S,
    ) -> Result<Vec<O>, JudgeError> {
        let key = Request::of(procedure, setting, 0)?.key;
        self.stored(&key)?.ok_or_else(|| {
            JudgeError::Other(format!("no trials of {} are stored for {}", key.experiment, key.setting))
        })
    }

    /// The trials of the experiment `E` at `setting`; `None` where the plan did not ask for them or none is stored.
    pub fn found<E: Experiment>(&self, setting: &E::Setting) -> Result<Option<Vec<E::Outcome>>, JudgeError> {
        self.stored(&Request::of(&Procedure::of::<E>(), setting, 0)?.key)
    }

    fn stored<O: Quantities>(&self, key: &SettingKey) -> Result<Option<Vec<O>>, JudgeError> {
        let request = self.requests.iter().find(|r| r.key == *key);
        let outcomes = request.map(|r| self.engine.outcomes(r)).transpose()?.unwrap_or_default();
        Ok((!outcomes.is_empty()).then_some(outcomes))
    }

    /// The first of these trials.
    pub fn first<E: Experiment>(&self, setting: &E::Setting) -> Result<E::Outcome, JudgeError> {
        self.of::<E>(setting)?.into_iter().next().ok_or_else(|| JudgeError::Other("no trial".into()))
    }

    /// What `read` gives for each of these trials.
    pub fn values<E: Experiment>(
        &self,
        setting: &E::Setting,
        read: impl Fn(&E::Outcome) -> f64,
    ) -> Result<Vec<f64>, JudgeError> {
        Ok(self.of::<E>(setting)?.iter().map(read).collect())
    }

    /// Mean and 99 % interval of what `read` gives, as a point at `x`.
    pub fn mean<E: Experiment>(
        &self,
        x: f64,
        setting: &E::Setting,
        read: impl Fn(&E::Outcome) -> f64,
    ) -> Result<Point, JudgeError> {
        mean_point(x, &self.values::<E>(setting, read)?)
    }
}

/// Mean and 99 % interval of `values`, as a point at `x`.
pub fn mean_point(x: f64, values: &[f64]) -> Result<Point, JudgeError> {
    Ok(Point::new(x, statistic::mean(values, statistic::ALPHA)?))
}

/// One request for each setting.
pub fn requests<E: Experiment>(settings: &[E::Setting], trials: usize) -> Result<Vec<Request>, JudgeError> {
    settings.iter().map(|s| Ok(Request::new::<E>(s, trials)?)).collect()
}
