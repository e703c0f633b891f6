PRAGMA journal_mode=WAL;
PRAGMA application_id=1330660436;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_alembic_version PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE doctor (
	id INTEGER NOT NULL, 
	code VARCHAR(6) NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	specialty VARCHAR(120), 
	room VARCHAR(40), 
	CONSTRAINT pk_doctor PRIMARY KEY (id), 
	CONSTRAINT ck_doctor_code_length CHECK (length(code) BETWEEN 1 AND 6), 
	CONSTRAINT ck_doctor_name_length CHECK (length(name) BETWEEN 1 AND 120), 
	CONSTRAINT uq_doctor_code UNIQUE (code)
);
INSERT INTO "doctor" VALUES(1,'RAO','Dr Anil Rao','Orthopedics','12');
INSERT INTO "doctor" VALUES(2,'JOB','Dr José O''Brien',NULL,NULL);
CREATE TABLE hospital (
	id INTEGER NOT NULL CONSTRAINT ck_hospital_single_row CHECK (id = 1), 
	schema_version INTEGER NOT NULL, 
	program_version VARCHAR(32) DEFAULT '' NOT NULL, 
	time_zone VARCHAR(64) NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	journal_hash VARCHAR(64) DEFAULT '' NOT NULL, 
	file_stamp VARCHAR(64) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_hospital PRIMARY KEY (id)
);
INSERT INTO "hospital" VALUES(1,2,'0.2.0','Asia/Kolkata','2026-11-20T06:00:00.000000Z','d9745cf2f45be30b6d53dc523715741d12b1648f5ce416e8d3026ad10562993c','1795806673035323348-126976');
CREATE TABLE idempotency_key (
	"key" VARCHAR(64) NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	entry_id INTEGER NOT NULL, 
	CONSTRAINT pk_idempotency_key PRIMARY KEY ("key"), 
	CONSTRAINT fk_idempotency_key_entry_id_journal_entry FOREIGN KEY(entry_id) REFERENCES journal_entry (id)
)
 WITHOUT ROWID

;
INSERT INTO "idempotency_key" VALUES('booking-1','d2f09183ea29e29a52e2e23968bc90b041a56d1e44fe881df9c80ce638652f0d',5);
INSERT INTO "idempotency_key" VALUES('booking-2','e4d3bf34427b21e784f3690b3ad6633dcee62eda83e77b5da303d174eb1667df',7);
INSERT INTO "idempotency_key" VALUES('cancel-3','57ac8da8f60d6fdd7e9a07d4c80bd542c1b5f12c44b5dd667b3dbba9312d785f',11);
INSERT INTO "idempotency_key" VALUES('leela-1','forgotten',25);
CREATE TABLE journal_entry (
	id INTEGER NOT NULL, 
	action VARCHAR(32) NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	recorded_at VARCHAR(27) NOT NULL, 
	operator VARCHAR(120) NOT NULL, 
	desk VARCHAR(120) NOT NULL, 
	CONSTRAINT pk_journal_entry PRIMARY KEY (id)
);
INSERT INTO "journal_entry" VALUES(1,'add_doctor','2026-11-20T02:30:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(2,'add_doctor','2026-11-20T02:31:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(3,'open_session','2026-11-20T02:32:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(4,'open_slot','2026-11-20T02:33:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(5,'issue_token','2026-11-20T02:40:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(6,'issue_token','2026-11-20T02:50:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(7,'issue_token','2026-11-20T03:00:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(8,'issue_token','2026-11-20T03:35:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(9,'issue_token','2026-11-20T03:36:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(10,'complete_token','2026-11-20T03:50:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(11,'cancel_token','2026-11-20T03:55:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(12,'issue_token','2026-11-20T04:00:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(13,'mark_no_show','2026-11-20T05:00:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(14,'issue_token','2026-11-20T05:01:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(15,'issue_token','2026-11-20T04:10:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(16,'cancel_token','2026-11-20T04:20:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(17,'open_session','2026-11-20T04:20:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(18,'issue_token','2026-11-20T04:21:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(19,'issue_token','2026-11-20T04:22:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(20,'issue_token','2026-11-20T04:23:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(21,'issue_token','2026-11-20T04:24:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(22,'issue_token','2026-11-20T04:25:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(23,'issue_token','2026-11-20T04:26:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(24,'issue_token','2026-11-20T04:27:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(25,'issue_token','2026-11-20T04:28:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(26,'cancel_token','2026-11-20T04:29:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(27,'complete_token','2026-11-20T04:50:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(28,'forget_patient','2026-11-20T05:00:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
CREATE TABLE journal_line (
	sequence INTEGER NOT NULL, 
	entry_id INTEGER NOT NULL, 
	doctor_id INTEGER, 
	slot_id INTEGER, 
	token_id INTEGER, 
	from_status VARCHAR(9), 
	to_status VARCHAR(9), 
	reason VARCHAR(9), 
	because_of INTEGER, 
	facts JSON NOT NULL, 
	hash VARCHAR(64) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_journal_line PRIMARY KEY (sequence), 
	CONSTRAINT ck_journal_line_from_status_known CHECK (from_status IN ('WAITING', 'ACTIVE', 'COMPLETED', 'CANCELLED', 'NO_SHOW')), 
	CONSTRAINT ck_journal_line_to_status_known CHECK (to_status IN ('WAITING', 'ACTIVE', 'COMPLETED', 'CANCELLED', 'NO_SHOW')), 
	CONSTRAINT ck_journal_line_reason_known CHECK (reason IN ('ISSUED', 'ALLOCATED', 'PREEMPTED', 'PROMOTED', 'CANCELLED', 'NO_SHOW', 'COMPLETED')), 
	CONSTRAINT fk_journal_line_entry_id_journal_entry FOREIGN KEY(entry_id) REFERENCES journal_entry (id), 
	CONSTRAINT fk_journal_line_doctor_id_doctor FOREIGN KEY(doctor_id) REFERENCES doctor (id), 
	CONSTRAINT fk_journal_line_slot_id_slot FOREIGN KEY(slot_id) REFERENCES slot (id), 
	CONSTRAINT fk_journal_line_token_id_token FOREIGN KEY(token_id) REFERENCES token (id), 
	CONSTRAINT fk_journal_line_because_of_token FOREIGN KEY(because_of) REFERENCES token (id)
);
INSERT INTO "journal_line" VALUES(1,1,1,NULL,NULL,NULL,NULL,NULL,NULL,'{"code": "RAO", "specialty": "Orthopedics", "room": "12"}','84ea16928a17727fab2c7d8f66fdb807c518449d6ae48318bb749fb9f6f82d14');
INSERT INTO "journal_line" VALUES(2,2,2,NULL,NULL,NULL,NULL,NULL,NULL,'{"code": "JOB"}','0afd28f45c0fb988a2baf4b6c2dc1d4292c0a288633e62416597ce4721c23cec');
INSERT INTO "journal_line" VALUES(3,3,1,1,NULL,NULL,NULL,NULL,NULL,'{"date": "2026-11-20", "start": "09:00", "end": "10:00", "capacity": 2}','b1569e1053e7ca6c367a66e91a81fe8f2f6b7ef430b2a3c2dc39b8a82ffb6a50');
INSERT INTO "journal_line" VALUES(4,3,1,2,NULL,NULL,NULL,NULL,NULL,'{"date": "2026-11-20", "start": "10:00", "end": "11:00", "capacity": 2}','5c4315383bdb2dbfb22129eb4caf0ecfb64e3cdf2294be08654040f21e0a8397');
INSERT INTO "journal_line" VALUES(5,4,2,3,NULL,NULL,NULL,NULL,NULL,'{"date": "2026-11-20", "start": "09:00", "end": "10:00", "capacity": 1}','05a24dce19315ede02a63b46a87197c8c52bad67a480a940c3bd89c515b28c71');
INSERT INTO "journal_line" VALUES(6,5,NULL,1,1,NULL,'WAITING','ISSUED',NULL,'{"patient": 1, "number": "RAO-001", "source": "ONLINE", "priority": 4, "issued_at": "2026-11-20T02:40:00.000000Z"}','81ca44df830537a25e1eb5bc186eef9df5be500c122dac9f134afa5bce0bb7a3');
INSERT INTO "journal_line" VALUES(7,5,NULL,1,1,'WAITING','ACTIVE','ALLOCATED',NULL,'{}','037de97826bd481a863cd566662a256bbd94d3b31dbea20d1b9ec1976b66db3d');
INSERT INTO "journal_line" VALUES(8,6,NULL,1,2,NULL,'WAITING','ISSUED',NULL,'{"patient": 2, "number": "RAO-002", "source": "WALKIN", "priority": 5, "issued_at": "2026-11-20T02:50:00.000000Z"}','2cd9e21b6c86d5d833fd9d314924802827ae5b91ad2bc9fd2eab35c19639aca2');
INSERT INTO "journal_line" VALUES(9,6,NULL,1,2,'WAITING','ACTIVE','ALLOCATED',NULL,'{}','0fcfa601526c0215cf02b4411c953de7332040ea43c1b9f55430e43df6b04a23');
INSERT INTO "journal_line" VALUES(10,7,NULL,1,3,NULL,'WAITING','ISSUED',NULL,'{"patient": 3, "number": "RAO-003", "source": "PAID", "priority": 2, "issued_at": "2026-11-20T03:00:00.000000Z"}','93540ed9ec1ba88372773f3b8ccb99cfb7101c1f10079d5e760938b7caa2ca5c');
INSERT INTO "journal_line" VALUES(11,7,NULL,1,2,'ACTIVE','WAITING','PREEMPTED',3,'{}','fe7ccb421dbefdfc058eee054df58736c8fd5d38785d17abf3209466ae85cbac');
INSERT INTO "journal_line" VALUES(12,7,NULL,1,3,'WAITING','ACTIVE','ALLOCATED',NULL,'{}','e6dca297d940d23617d95061aec6cd47b982463dbdc829f764051f2e3bbc9119');
INSERT INTO "journal_line" VALUES(13,8,NULL,1,4,NULL,'WAITING','ISSUED',NULL,'{"patient": 4, "number": "RAO-004", "source": "EMERGENCY", "priority": 1, "issued_at": "2026-11-20T03:35:00.000000Z"}','73d161f21e888af1aa17b32d6315f6742af665e084dcd7193f754946f83f1ff8');
INSERT INTO "journal_line" VALUES(14,8,NULL,1,1,'ACTIVE','WAITING','PREEMPTED',4,'{}','6b4bfd4b34dbb93aa5fba557283c0c019d5030c70553b81823bc504ab6bfc12a');
INSERT INTO "journal_line" VALUES(15,8,NULL,1,4,'WAITING','ACTIVE','ALLOCATED',NULL,'{}','c13f4c4481698a63c8239613b49a5aaed56dad3dd9f4d21deb1d720461e8a4ef');
INSERT INTO "journal_line" VALUES(16,9,NULL,1,5,NULL,'WAITING','ISSUED',NULL,'{"patient": 5, "number": "RAO-005", "source": "FOLLOWUP", "priority": 3, "issued_at": "2026-11-20T03:36:00.000000Z"}','1d2daf71e82c04d80ffe283c3e9c337d70e6d1db027b738968c149b41e57c4cd');
INSERT INTO "journal_line" VALUES(17,10,NULL,1,4,'ACTIVE','COMPLETED','COMPLETED',NULL,'{}','4a03b8e39cb6b5eb0ccfa5cdeb4ab143c6971965cbd77b35b2a109c14260a136');
INSERT INTO "journal_line" VALUES(18,11,NULL,1,3,'ACTIVE','CANCELLED','CANCELLED',NULL,'{}','dc70bcf4b7ca74e923cac0936d6fd79cb3ccfd3310e3b04fa6ff9c4237698325');
INSERT INTO "journal_line" VALUES(19,11,NULL,1,5,'WAITING','ACTIVE','PROMOTED',3,'{}','89cce0d7a92d24f684ce58a9027d4ba62abf82b3e666f74f399734628a9b2004');
INSERT INTO "journal_line" VALUES(20,12,NULL,2,6,NULL,'WAITING','ISSUED',NULL,'{"patient": 6, "number": "RAO-006", "source": "ONLINE", "priority": 4, "issued_at": "2026-11-20T04:00:00.000000Z"}','933215fd34a4b4c8e79d370649cd97ebac892084c7c8f3d126fc7ff9233f4ce2');
INSERT INTO "journal_line" VALUES(21,12,NULL,2,6,'WAITING','ACTIVE','ALLOCATED',NULL,'{}','93860417174169974dcb28cd8892e7207b7a5c49f6adb78402dc7460d204de48');
INSERT INTO "journal_line" VALUES(22,13,NULL,2,6,'ACTIVE','NO_SHOW','NO_SHOW',NULL,'{}','a9d8f4be7106c635fa3e1a780d305b02e7f9f9c92f1f72e1e77848aebec1a618');
INSERT INTO "journal_line" VALUES(23,14,NULL,2,7,NULL,'WAITING','ISSUED',NULL,'{"patient": 7, "number": "RAO-007", "source": "WALKIN", "priority": 5, "issued_at": "2026-11-20T05:01:00.000000Z"}','ed3cf9c2c231ce9afc51e7a74149f8cea575dedc891778d80dd680dbe793550a');
INSERT INTO "journal_line" VALUES(24,14,NULL,2,7,'WAITING','ACTIVE','ALLOCATED',NULL,'{}','a5cb7864071ddc459ac0286fd1277924617c4a55f5a6784545ef5f33277751d2');
INSERT INTO "journal_line" VALUES(25,15,NULL,3,8,NULL,'WAITING','ISSUED',NULL,'{"patient": 8, "number": "JOB-001", "source": "PAID", "priority": 2, "issued_at": "2026-11-20T04:10:00.000000Z"}','b672d5a36e07c6a79fe1d915679ff26e24d8b5002253c8d6332e6581d149a098');
INSERT INTO "journal_line" VALUES(26,15,NULL,3,8,'WAITING','ACTIVE','ALLOCATED',NULL,'{}','69949d330d61d9a3c0f4ca5c9b682f7911a1c240d9e4a165ff97860017f268f9');
INSERT INTO "journal_line" VALUES(27,16,NULL,1,5,'ACTIVE','CANCELLED','CANCELLED',NULL,'{}','5137b979b2b7bd4c4ce68a944ccd04371b6905b89cc44d4d6a1ea41c06b5d80e');
INSERT INTO "journal_line" VALUES(28,16,NULL,1,1,'WAITING','ACTIVE','PROMOTED',5,'{}','7a583e2bb31542d4023e823b0347c0dc7cf13305117b4a7fdf5a9c6f36097ffa');
INSERT INTO "journal_line" VALUES(29,17,2,4,NULL,NULL,NULL,NULL,NULL,'{"date": "2026-11-20", "start": "10:00", "end": "10:30", "capacity": 4}','fa4a5e22b6edca915c0316193525bb8a3a69063a980624d7bd7f64e3900cf2d8');
INSERT INTO "journal_line" VALUES(30,17,2,5,NULL,NULL,NULL,NULL,NULL,'{"date": "2026-11-20", "start": "10:30", "end": "11:00", "capacity": 4}','d91908bf915300467cfbc16c74e518efb55e519b46915b1aaf8790ecba8df878');
INSERT INTO "journal_line" VALUES(31,18,NULL,4,9,NULL,'WAITING','ISSUED',NULL,'{"patient": 9, "number": "JOB-002", "source": "PAID", "priority": 2, "issued_at": "2026-11-20T04:21:00.000000Z"}','b47a6696836615bf5b32276f8ebf7c2bae9910a8b62cdd873c2b0ad65eeb6133');
INSERT INTO "journal_line" VALUES(32,18,NULL,4,9,'WAITING','ACTIVE','ALLOCATED',NULL,'{}','a0995190b414283f13cdca255c6570a0327aa7c0e13bb786bb4e44ec20ac5e8d');
INSERT INTO "journal_line" VALUES(33,19,NULL,5,10,NULL,'WAITING','ISSUED',NULL,'{"patient": 10, "number": "JOB-003", "source": "ONLINE", "priority": 4, "issued_at": "2026-11-20T04:22:00.000000Z"}','96483fb089783b0f95cbc09e0f80c746c17a826e2b3f881ae4d04c445c831577');
INSERT INTO "journal_line" VALUES(34,19,NULL,5,10,'WAITING','ACTIVE','ALLOCATED',NULL,'{}','d68400bc3f495f3e4618dab0718d51a0da7a6ad94ad6f68218e0adf861d2b6e2');
INSERT INTO "journal_line" VALUES(35,20,NULL,5,11,NULL,'WAITING','ISSUED',NULL,'{"patient": 11, "number": "JOB-004", "source": "ONLINE", "priority": 4, "issued_at": "2026-11-20T04:23:00.000000Z"}','392499a107a87d5a1014b551772e79ef04f1341fb2e461ac2d9f4062edae5d37');
INSERT INTO "journal_line" VALUES(36,20,NULL,5,11,'WAITING','ACTIVE','ALLOCATED',NULL,'{}','663ed57438a3a87b36cd492915c78fff58c6153aa09f4f777b417a100f1216d3');
INSERT INTO "journal_line" VALUES(37,21,NULL,4,12,NULL,'WAITING','ISSUED',NULL,'{"patient": 12, "number": "JOB-005", "source": "WALKIN", "priority": 5, "issued_at": "2026-11-20T04:24:00.000000Z"}','247feb95c27dbfb62160c6cdee95a7224b3e1034c37032cf0417a1620c5846bb');
INSERT INTO "journal_line" VALUES(38,21,NULL,4,12,'WAITING','ACTIVE','ALLOCATED',NULL,'{}','6ec6554df8c23455d08becca9e698f261f3fdb71dee938bf5e1e94da7d947527');
INSERT INTO "journal_line" VALUES(39,22,NULL,5,13,NULL,'WAITING','ISSUED',NULL,'{"patient": 13, "number": "JOB-006", "source": "WALKIN", "priority": 5, "issued_at": "2026-11-20T04:25:00.000000Z"}','8231fd2759bf44f8fcf02824bd792faaf30e65f00bacb9f22c895621b6f6f5c8');
INSERT INTO "journal_line" VALUES(40,22,NULL,5,13,'WAITING','ACTIVE','ALLOCATED',NULL,'{}','4d3e51846b980a049527ea5df7dd1c93d833905af3d0ba66ec9127f1e47a0a1f');
INSERT INTO "journal_line" VALUES(41,23,NULL,4,14,NULL,'WAITING','ISSUED',NULL,'{"patient": 14, "number": "JOB-007", "source": "WALKIN", "priority": 5, "issued_at": "2026-11-20T04:26:00.000000Z"}','80a7883a2375292295d2ab5fe9c563c65c60299f4c33755dea038de795759914');
INSERT INTO "journal_line" VALUES(42,23,NULL,4,14,'WAITING','ACTIVE','ALLOCATED',NULL,'{}','55f7b5937bd8eb839646252d3b1617659530061146f225d6d6fc2ee98cde1c84');
INSERT INTO "journal_line" VALUES(43,24,NULL,5,15,NULL,'WAITING','ISSUED',NULL,'{"patient": 15, "number": "JOB-008", "source": "WALKIN", "priority": 5, "issued_at": "2026-11-20T04:27:00.000000Z"}','3b77b7a1a535eba25274699e14d260bb5b2d523e3a27b92d6b22f449687b8eae');
INSERT INTO "journal_line" VALUES(44,24,NULL,5,15,'WAITING','ACTIVE','ALLOCATED',NULL,'{}','ac5a36ebdb339737e9af75e0ba9437dde45c7e8e50484f9928e494502a8e2648');
INSERT INTO "journal_line" VALUES(45,25,NULL,4,16,NULL,'WAITING','ISSUED',NULL,'{"patient": 16, "number": "JOB-009", "source": "FOLLOWUP", "priority": 3, "issued_at": "2026-11-20T04:28:00.000000Z"}','5fa695860a23e9be41d6b9f61a3016e04904de7215c454897eaee5e66c01e5bd');
INSERT INTO "journal_line" VALUES(46,25,NULL,4,16,'WAITING','ACTIVE','ALLOCATED',NULL,'{}','a640eda13a4bffc4da957d829a7ffddc6f490fd71588b583c0aa9c899550ae7e');
INSERT INTO "journal_line" VALUES(47,26,NULL,5,15,'ACTIVE','CANCELLED','CANCELLED',NULL,'{}','90554915363eb63a03b703ec3f84241371845fe55fe65cd6a6a075ad49af8c61');
INSERT INTO "journal_line" VALUES(48,27,NULL,4,16,'ACTIVE','COMPLETED','COMPLETED',NULL,'{}','52531f440fa88874a2709b8214373d591b4b250c003cdd51b256b5689a97508b');
INSERT INTO "journal_line" VALUES(49,28,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"patients": [16]}','d9745cf2f45be30b6d53dc523715741d12b1648f5ce416e8d3026ad10562993c');
CREATE TABLE patient (
	id INTEGER NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	phone VARCHAR(40), 
	uhid VARCHAR(64), 
	birth_year INTEGER, 
	sex VARCHAR(7), 
	name_key VARCHAR(480) NOT NULL, 
	phone_key VARCHAR(15), 
	uhid_key VARCHAR(200), 
	CONSTRAINT pk_patient PRIMARY KEY (id), 
	CONSTRAINT ck_patient_name_length CHECK (length(name) BETWEEN 1 AND 120)
);
INSERT INTO "patient" VALUES(1,'Asha Verma','98765 43210','MRN 17',1980,'female','ashaverma','9876543210','mrn17');
INSERT INTO "patient" VALUES(2,'Ravi Kumar',NULL,NULL,NULL,NULL,'ravikumar',NULL,NULL);
INSERT INTO "patient" VALUES(3,'सुनीता राव','+91 99999 00000',NULL,NULL,NULL,'सुनीताराव','9999900000',NULL);
INSERT INTO "patient" VALUES(4,'Kabir Mehta',NULL,NULL,NULL,NULL,'kabirmehta',NULL,NULL);
INSERT INTO "patient" VALUES(5,'Diya Joseph',NULL,NULL,NULL,NULL,'diyajoseph',NULL,NULL);
INSERT INTO "patient" VALUES(6,'Imran Khan',NULL,NULL,NULL,NULL,'imrankhan',NULL,NULL);
INSERT INTO "patient" VALUES(7,'Meera Nair',NULL,NULL,NULL,NULL,'meeranair',NULL,NULL);
INSERT INTO "patient" VALUES(8,'Asha Verma','9876543210',NULL,NULL,NULL,'ashaverma','9876543210',NULL);
INSERT INTO "patient" VALUES(9,'Asha Verma','+91 98765 43210',NULL,NULL,NULL,'ashaverma','9876543210',NULL);
INSERT INTO "patient" VALUES(10,'Asha Verma',NULL,'mrn17',NULL,'female','ashaverma',NULL,'mrn17');
INSERT INTO "patient" VALUES(11,'asha verma','98765 43210',NULL,NULL,NULL,'ashaverma','9876543210',NULL);
INSERT INTO "patient" VALUES(12,'Gita Sen','90000 00001',NULL,NULL,NULL,'gitasen','9000000001',NULL);
INSERT INTO "patient" VALUES(13,'Gita Sen','90000 00001',NULL,1990,NULL,'gitasen','9000000001',NULL);
INSERT INTO "patient" VALUES(14,'Old Kumar','90000 00002',NULL,1950,NULL,'oldkumar','9000000002',NULL);
INSERT INTO "patient" VALUES(15,'Old Kumar','90000 00002',NULL,2015,NULL,'oldkumar','9000000002',NULL);
INSERT INTO "patient" VALUES(16,'(forgotten)',NULL,NULL,NULL,NULL,'',NULL,NULL);
CREATE TABLE slot (
	id INTEGER NOT NULL, 
	doctor_id INTEGER NOT NULL, 
	date VARCHAR(10) NOT NULL, 
	start VARCHAR(5) NOT NULL, 
	"end" VARCHAR(5) NOT NULL, 
	capacity INTEGER NOT NULL, 
	journal_hash VARCHAR(64) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_slot PRIMARY KEY (id), 
	CONSTRAINT uq_slot_doctor_id_date_start UNIQUE (doctor_id, date, start), 
	CONSTRAINT ck_slot_start_before_end CHECK ("start" < "end"), 
	CONSTRAINT ck_slot_capacity_at_least_one CHECK (capacity >= 1), 
	CONSTRAINT fk_slot_doctor_id_doctor FOREIGN KEY(doctor_id) REFERENCES doctor (id)
);
INSERT INTO "slot" VALUES(1,1,'2026-11-20','09:00','10:00',2,'7a583e2bb31542d4023e823b0347c0dc7cf13305117b4a7fdf5a9c6f36097ffa');
INSERT INTO "slot" VALUES(2,1,'2026-11-20','10:00','11:00',2,'a5cb7864071ddc459ac0286fd1277924617c4a55f5a6784545ef5f33277751d2');
INSERT INTO "slot" VALUES(3,2,'2026-11-20','09:00','10:00',1,'69949d330d61d9a3c0f4ca5c9b682f7911a1c240d9e4a165ff97860017f268f9');
INSERT INTO "slot" VALUES(4,2,'2026-11-20','10:00','10:30',4,'52531f440fa88874a2709b8214373d591b4b250c003cdd51b256b5689a97508b');
INSERT INTO "slot" VALUES(5,2,'2026-11-20','10:30','11:00',4,'90554915363eb63a03b703ec3f84241371845fe55fe65cd6a6a075ad49af8c61');
CREATE TABLE token (
	id INTEGER NOT NULL, 
	slot_id INTEGER NOT NULL, 
	patient_id INTEGER NOT NULL, 
	doctor_id INTEGER NOT NULL, 
	date VARCHAR(10) NOT NULL, 
	sequence INTEGER NOT NULL, 
	number VARCHAR(16) NOT NULL, 
	source VARCHAR(9) NOT NULL, 
	priority INTEGER NOT NULL, 
	status VARCHAR(9) NOT NULL, 
	issued_at VARCHAR(27) NOT NULL, 
	called_at VARCHAR(27), 
	closed_at VARCHAR(27), 
	CONSTRAINT pk_token PRIMARY KEY (id), 
	CONSTRAINT uq_token_doctor_id_date_sequence UNIQUE (doctor_id, date, sequence), 
	CONSTRAINT ck_token_sequence_from_one CHECK (sequence >= 1), 
	CONSTRAINT ck_token_status_known CHECK (status IN ('WAITING', 'ACTIVE', 'COMPLETED', 'CANCELLED', 'NO_SHOW')), 
	CONSTRAINT ck_token_source_has_its_priority CHECK (CASE source WHEN 'EMERGENCY' THEN priority = 1 WHEN 'PAID' THEN priority = 2 WHEN 'FOLLOWUP' THEN priority = 3 WHEN 'ONLINE' THEN priority = 4 WHEN 'WALKIN' THEN priority = 5 ELSE 0 = 1 END), 
	CONSTRAINT ck_token_closed_when_not_open CHECK ((closed_at IS NULL) = (status IN ('WAITING', 'ACTIVE'))), 
	CONSTRAINT fk_token_slot_id_slot FOREIGN KEY(slot_id) REFERENCES slot (id), 
	CONSTRAINT fk_token_patient_id_patient FOREIGN KEY(patient_id) REFERENCES patient (id), 
	CONSTRAINT fk_token_doctor_id_doctor FOREIGN KEY(doctor_id) REFERENCES doctor (id)
);
INSERT INTO "token" VALUES(1,1,1,1,'2026-11-20',1,'RAO-001','ONLINE',4,'ACTIVE','2026-11-20T02:40:00.000000Z',NULL,NULL);
INSERT INTO "token" VALUES(2,1,2,1,'2026-11-20',2,'RAO-002','WALKIN',5,'WAITING','2026-11-20T02:50:00.000000Z',NULL,NULL);
INSERT INTO "token" VALUES(3,1,3,1,'2026-11-20',3,'RAO-003','PAID',2,'CANCELLED','2026-11-20T03:00:00.000000Z',NULL,'2026-11-20T03:55:00.000000Z');
INSERT INTO "token" VALUES(4,1,4,1,'2026-11-20',4,'RAO-004','EMERGENCY',1,'COMPLETED','2026-11-20T03:35:00.000000Z',NULL,'2026-11-20T03:50:00.000000Z');
INSERT INTO "token" VALUES(5,1,5,1,'2026-11-20',5,'RAO-005','FOLLOWUP',3,'CANCELLED','2026-11-20T03:36:00.000000Z',NULL,'2026-11-20T04:20:00.000000Z');
INSERT INTO "token" VALUES(6,2,6,1,'2026-11-20',6,'RAO-006','ONLINE',4,'NO_SHOW','2026-11-20T04:00:00.000000Z',NULL,'2026-11-20T05:00:00.000000Z');
INSERT INTO "token" VALUES(7,2,7,1,'2026-11-20',7,'RAO-007','WALKIN',5,'ACTIVE','2026-11-20T05:01:00.000000Z',NULL,NULL);
INSERT INTO "token" VALUES(8,3,8,2,'2026-11-20',1,'JOB-001','PAID',2,'ACTIVE','2026-11-20T04:10:00.000000Z',NULL,NULL);
INSERT INTO "token" VALUES(9,4,9,2,'2026-11-20',2,'JOB-002','PAID',2,'ACTIVE','2026-11-20T04:21:00.000000Z',NULL,NULL);
INSERT INTO "token" VALUES(10,5,10,2,'2026-11-20',3,'JOB-003','ONLINE',4,'ACTIVE','2026-11-20T04:22:00.000000Z',NULL,NULL);
INSERT INTO "token" VALUES(11,5,11,2,'2026-11-20',4,'JOB-004','ONLINE',4,'ACTIVE','2026-11-20T04:23:00.000000Z',NULL,NULL);
INSERT INTO "token" VALUES(12,4,12,2,'2026-11-20',5,'JOB-005','WALKIN',5,'ACTIVE','2026-11-20T04:24:00.000000Z',NULL,NULL);
INSERT INTO "token" VALUES(13,5,13,2,'2026-11-20',6,'JOB-006','WALKIN',5,'ACTIVE','2026-11-20T04:25:00.000000Z',NULL,NULL);
INSERT INTO "token" VALUES(14,4,14,2,'2026-11-20',7,'JOB-007','WALKIN',5,'ACTIVE','2026-11-20T04:26:00.000000Z',NULL,NULL);
INSERT INTO "token" VALUES(15,5,15,2,'2026-11-20',8,'JOB-008','WALKIN',5,'CANCELLED','2026-11-20T04:27:00.000000Z',NULL,'2026-11-20T04:29:00.000000Z');
INSERT INTO "token" VALUES(16,4,16,2,'2026-11-20',9,'JOB-009','FOLLOWUP',3,'COMPLETED','2026-11-20T04:28:00.000000Z',NULL,'2026-11-20T04:50:00.000000Z');
CREATE TABLE token_counter (
	doctor_id INTEGER NOT NULL, 
	date VARCHAR(10) NOT NULL, 
	last INTEGER NOT NULL, 
	CONSTRAINT pk_token_counter PRIMARY KEY (doctor_id, date), 
	CONSTRAINT fk_token_counter_doctor_id_doctor FOREIGN KEY(doctor_id) REFERENCES doctor (id)
)
 WITHOUT ROWID

;
INSERT INTO "token_counter" VALUES(1,'2026-11-20',7);
INSERT INTO "token_counter" VALUES(2,'2026-11-20',9);
CREATE INDEX ix_patient_phone_key_name_key ON patient (phone_key, name_key) WHERE phone_key IS NOT NULL;
CREATE INDEX ix_patient_uhid_key ON patient (uhid_key) WHERE uhid_key IS NOT NULL;
CREATE INDEX ix_slot_date ON slot (date);
CREATE INDEX ix_token_patient_id ON token (patient_id);
CREATE INDEX ix_token_slot_id_issued_at ON token (slot_id, issued_at);
CREATE INDEX ix_token_seated ON token (slot_id, priority, issued_at, id) WHERE status = 'ACTIVE' AND called_at IS NULL;
CREATE INDEX ix_token_waiting ON token (slot_id, priority, issued_at, id) WHERE status = 'WAITING';
CREATE UNIQUE INDEX ix_token_number ON token (date, number);
CREATE INDEX ix_token_slot_id_status ON token (slot_id, status);
CREATE INDEX ix_journal_line_slot_id ON journal_line (slot_id);
CREATE INDEX ix_journal_line_entry_id ON journal_line (entry_id);
CREATE TRIGGER token_takes_seat_at_issue AFTER INSERT ON token
    WHEN NEW.status IN ('ACTIVE', 'COMPLETED') AND (SELECT count(*) FROM token WHERE slot_id = NEW.slot_id AND status IN ('ACTIVE', 'COMPLETED')) > (SELECT capacity FROM slot WHERE id = NEW.slot_id)
    BEGIN SELECT RAISE(ABORT, 'a slot never holds more tokens than its capacity'); END;
CREATE TRIGGER token_takes_seat AFTER UPDATE OF status, slot_id ON token
    WHEN NEW.status IN ('ACTIVE', 'COMPLETED') AND (SELECT count(*) FROM token WHERE slot_id = NEW.slot_id AND status IN ('ACTIVE', 'COMPLETED')) > (SELECT capacity FROM slot WHERE id = NEW.slot_id)
    BEGIN SELECT RAISE(ABORT, 'a slot never holds more tokens than its capacity'); END;
CREATE TRIGGER slot_keeps_room AFTER UPDATE OF capacity ON slot
    WHEN (SELECT count(*) FROM token WHERE slot_id = NEW.id AND status IN ('ACTIVE', 'COMPLETED')) > NEW.capacity
    BEGIN SELECT RAISE(ABORT, 'a slot never holds more tokens than its capacity'); END;
CREATE TRIGGER slot_overlap_insert AFTER INSERT ON slot
        WHEN EXISTS (
            SELECT 1 FROM slot WHERE doctor_id = NEW.doctor_id AND date = NEW.date AND id <> NEW.id
            AND "start" < NEW."end" AND NEW."start" < "end"
        )
        BEGIN SELECT RAISE(ABORT, 'slots of one doctor never overlap'); END;
CREATE TRIGGER slot_overlap_update AFTER UPDATE OF doctor_id, date, "start", "end" ON slot
        WHEN EXISTS (
            SELECT 1 FROM slot WHERE doctor_id = NEW.doctor_id AND date = NEW.date AND id <> NEW.id
            AND "start" < NEW."end" AND NEW."start" < "end"
        )
        BEGIN SELECT RAISE(ABORT, 'slots of one doctor never overlap'); END;
CREATE TRIGGER journal_entry_no_update BEFORE UPDATE ON journal_entry
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_entry_no_delete BEFORE DELETE ON journal_entry
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_line_no_update BEFORE UPDATE ON journal_line
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_line_no_delete BEFORE DELETE ON journal_line
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_entry_no_replace BEFORE INSERT ON journal_entry
        WHEN EXISTS (SELECT 1 FROM journal_entry WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_line_no_replace BEFORE INSERT ON journal_line
        WHEN EXISTS (SELECT 1 FROM journal_line WHERE sequence = NEW.sequence)
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_line_is_chained BEFORE INSERT ON journal_line WHEN length(NEW.hash) <> 64
    BEGIN SELECT RAISE(ABORT, 'a line of the journal carries its hash'); END;
COMMIT;
